"""The label of a pair as an integer."""

from __future__ import annotations

from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable, shown


def clean_label(value: object) -> int:
    """Returns a label as 0 or 1.

    Booleans and floats are refused: which class `true` is, and what 0.7 was meant to be, only the author knows.

    Args:
        value: The whole number 0 or 1, or the string "0" or "1", as CSV has it.

    Raises:
        Unusable: The label is missing or anything else.

    Example:
        >>> clean_label("1")
        1
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        raise Unusable(Reason.LABEL_MISSING, "No label")
    if isinstance(value, str) and value.strip() in ("0", "1"):
        return int(value)
    if type(value) is int and value in (0, 1):
        return value
    raise Unusable(Reason.LABEL_NOT_BINARY, f"Received the label {shown(value)}")
