"""The text of a pair, checked and stripped."""

from __future__ import annotations

import re

from components.pairs.limits import PairLimits
from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable, shown

# A form feed closes each page that Tesseract reads: a line break, not damage.
_LINE_BREAK = re.compile(r"\r\n?|[\v\f]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def clean_text(value: object, limits: PairLimits) -> str:
    """Returns a text with its line breaks as `\\n` and without white space around it.

    Nothing else is changed: a text with any other control character is refused rather than mended by guess.

    Args:
        value: A string or its UTF-8 bytes.
        limits: Bounds of a usable pair.

    Raises:
        Unusable: The text is missing, empty, too long, not UTF-8, or holds a control character.

    Example:
        >>> clean_text("one does\\r\\nnot simply ", PairLimits())
        'one does\\nnot simply'
    """
    if not isinstance(value, (str, bytes)):
        raise Unusable(Reason.TEXT_MISSING, "No text" if value is None else f"Received the text {shown(value)}")
    try:
        text = value.decode() if isinstance(value, bytes) else value
        text.encode()
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise Unusable(Reason.TEXT_NOT_UTF8, f"Received a text that is not UTF-8 at position {error.start}") from error
    text = _LINE_BREAK.sub("\n", text)
    if found := _CONTROL.search(text):
        raise Unusable(Reason.TEXT_CONTROL_CHARACTER, f"The text holds {found[0]!a} at position {found.start()}")
    text = text.strip()
    if not text and not limits.allow_empty_text:
        raise Unusable(Reason.TEXT_EMPTY, "The text is empty")
    if len(text) > limits.max_text_chars:
        received = f"The text has {len(text):,} characters; at most {limits.max_text_chars:,} are read"
        raise Unusable(Reason.TEXT_TOO_LONG, received)
    return text
