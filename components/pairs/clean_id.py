"""The id of a pair as a string."""

from __future__ import annotations

from components.pairs.limits import PairLimits
from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable, shown


def clean_id(value: object, limits: PairLimits) -> str:
    """Returns an id as a stripped string.

    Args:
        value: A string, its UTF-8 bytes or a whole number.
        limits: Bounds of a usable pair.

    Raises:
        Unusable: The id is missing, empty, of another type, too long or not printable.

    Example:
        >>> clean_id(42953, PairLimits())
        '42953'
    """
    if value is None:
        raise Unusable(Reason.ID_MISSING, "No id")
    if isinstance(value, bool) or not isinstance(value, (str, bytes, int)):
        raise Unusable(Reason.ID_INVALID, f"Received the id {shown(value)}, of type {type(value).__name__}")
    try:
        text = value.decode() if isinstance(value, bytes) else str(value)
    except UnicodeDecodeError as error:
        raise Unusable(Reason.ID_INVALID, f"Received the id {shown(value)}, not UTF-8") from error
    text = text.strip()
    if not text:
        raise Unusable(Reason.ID_MISSING, "The id is empty")
    if len(text) > limits.max_id_chars:
        raise Unusable(Reason.ID_INVALID, f"Received an id of {len(text):,} characters; at most {limits.max_id_chars}")
    if not text.isprintable():
        raise Unusable(Reason.ID_INVALID, f"Received the id {shown(text)}, not printable")
    return text
