"""The value of a slice column as a string."""

from __future__ import annotations

from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable, shown

_MAX_CHARS = 256


def clean_slice(name: str, value: object) -> str:
    """Returns the value of a column that the evaluation slices by.

    Args:
        name: The column's name.
        value: A string, its UTF-8 bytes, a number or a boolean; None where there is none.

    Returns:
        The value as a stripped string; empty where there is none.

    Raises:
        Unusable: The value is of another type, too long or not printable.

    Example:
        >>> clean_slice("language", " en ")
        'en'
        >>> clean_slice("verified", True)
        'true'
    """
    if value is None:
        return ""
    if not isinstance(value, (str, bytes, int, float)):
        raise Unusable(Reason.SLICE_INVALID, f"Received {shown(value)} in the column {shown(name)}")
    if isinstance(value, bool):
        return str(value).lower()
    try:
        text = value.decode() if isinstance(value, bytes) else str(value)
    except UnicodeDecodeError as error:
        raise Unusable(Reason.SLICE_INVALID, f"The column {shown(name)} is not UTF-8") from error
    text = text.strip()
    if len(text) > _MAX_CHARS or not text.isprintable():
        raise Unusable(Reason.SLICE_INVALID, f"Received {shown(text)} in the column {shown(name)}")
    return text
