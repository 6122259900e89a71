"""The text of a pair, checked and stripped."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence

from components.pairs.limits import PairLimits
from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable, shown

# A form feed closes each page that Tesseract reads: a line break, not damage.
_LINE_BREAK = re.compile(r"\r\n?|[\v\f]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def clean_text(value: object, limits: PairLimits) -> str:
    """Returns a text with its line breaks as `\\n` and without white space around it.

    Nothing else is changed: a text with any other control character is refused rather than mended by guess, and bytes
    are read only as the encodings that the limits name.

    Args:
        value: A string or its bytes. Lone surrogates in a string stand for bytes that were no UTF-8.
        limits: Bounds of a usable pair.

    Raises:
        Unusable: The text is missing, empty, too long, in another encoding, or holds a control character.

    Example:
        >>> clean_text("one does\\r\\nnot simply ", PairLimits())
        'one does\\nnot simply'
    """
    if not isinstance(value, (str, bytes)):
        raise Unusable(Reason.TEXT_MISSING, "No text" if value is None else f"Received the text {shown(value)}")
    text = _LINE_BREAK.sub("\n", _decode(value, limits.text_encodings))
    if found := _CONTROL.search(text):
        raise Unusable(Reason.TEXT_CONTROL_CHARACTER, f"The text holds {found[0]!a} at position {found.start()}")
    text = text.strip()
    if not text and not limits.allow_empty_text:
        raise Unusable(Reason.TEXT_EMPTY, "The text is empty")
    if len(text) > limits.max_text_chars:
        received = f"The text has {len(text):,} characters; at most {limits.max_text_chars:,} are read"
        raise Unusable(Reason.TEXT_TOO_LONG, received)
    return text


def is_text_encoding(name: str) -> bool:
    """Tells whether Python has an encoding of texts by this name."""
    try:
        "a".encode(name)
    except (LookupError, ValueError):  # `rot13` and its like are codecs, but not of texts.
        return False
    return True


def _decode(value: str | bytes, encodings: Sequence[str]) -> str:
    try:
        if isinstance(value, str):
            value = value.encode("utf-8", "surrogateescape")
        for encoding in encodings:
            with contextlib.suppress(UnicodeDecodeError):
                return value.decode(encoding)
        value.decode()
    except UnicodeError as error:
        start = error.start if isinstance(error, (UnicodeDecodeError, UnicodeEncodeError)) else 0
        raise Unusable(Reason.TEXT_NOT_UTF8, f"Received a text that is not UTF-8 at position {start}") from error
    raise Unusable(Reason.TEXT_NOT_UTF8, f"Received a text that is none of {', '.join(encodings)}")
