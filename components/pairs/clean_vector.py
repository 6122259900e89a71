"""The vector of a text as a tuple of float32."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import Any, TypeGuard

from components.pairs.limits import MAX_VECTOR_WIDTH, PairLimits
from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable, shown


def clean_vector(value: object, limits: PairLimits) -> tuple[float, ...]:
    """Returns a text's vector, rounded to float32.

    A matrix of one row is taken for that row: `(1, 512)` is one vector of 512 numbers.

    Args:
        value: A sequence of numbers, or of one such sequence; None where there is none.
        limits: Bounds of a usable pair.

    Returns:
        The numbers; none where `value` is None and no vector is needed.

    Raises:
        Unusable: The vector is needed and missing, is no sequence of finite numbers, or has another width.

    Example:
        >>> clean_vector([[0.5, -1]], PairLimits(text_vector_width=2))
        (0.5, -1.0)
    """
    if value is None:
        if limits.text_vector_width:
            raise Unusable(Reason.TEXT_VECTOR_MISSING, "No vector of the text")
        return ()
    if _is_row(value) and len(value) == 1 and _is_row(value[0]):
        value = value[0]
    if not _is_row(value) or not value:
        raise Unusable(Reason.TEXT_VECTOR_INVALID, f"Received the vector {shown(value)}")
    wanted = limits.text_vector_width
    if len(value) > MAX_VECTOR_WIDTH or (wanted and len(value) != wanted):
        rule = f"{wanted:,} are wanted" if wanted else f"at most {MAX_VECTOR_WIDTH:,} are read"
        raise Unusable(Reason.TEXT_VECTOR_WIDTH, f"The vector has {len(value):,} numbers; {rule}")
    for place, number in enumerate(value):
        if type(number) not in (int, float):
            raise Unusable(Reason.TEXT_VECTOR_INVALID, f"Number {place} of the vector is {shown(number)}")
    try:
        numbers = tuple(array("f", value))
    except OverflowError as error:
        raise Unusable(Reason.TEXT_VECTOR_NOT_FINITE, "The vector holds a number beyond any float") from error
    for place, number in enumerate(numbers):
        if not math.isfinite(number):
            raise Unusable(Reason.TEXT_VECTOR_NOT_FINITE, f"Number {place} of the vector is {shown(value[place])}")
    return numbers


def _is_row(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))
