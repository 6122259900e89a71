"""A usable pair with the columns that its evaluation is sliced by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from components.pairs.check_pair import check_pair
from components.pairs.clean_slice import clean_slice
from components.pairs.limits import PairLimits
from components.pairs.pair import CheckedPair, RawPair
from components.pairs.rejection import Rejection
from components.pairs.unusable import Unusable


@dataclass(frozen=True)
class SlicedPair(CheckedPair):
    """A usable pair with its slices.

    Args:
        slices: Name and value of each slice column that the pair has a value for.
    """

    slices: tuple[tuple[str, str], ...] = ()


def check_sliced_pair(pair: RawPair, slices: Mapping[str, object], limits: PairLimits) -> SlicedPair | Rejection:
    """Checks a pair and the columns that come with it.

    Args:
        pair: A pair as received.
        slices: Value of each slice column as received; None where the pair has none.
        limits: Bounds of a usable pair.

    Returns:
        The usable pair, or why it is not usable; the pair's own faults come first.
    """
    checked = check_pair(pair, limits)
    if isinstance(checked, Rejection):
        return checked
    try:
        cleaned = [(name, clean_slice(name, value)) for name, value in sorted(slices.items())]
    except Unusable as error:
        return Rejection.of(checked.id, error, checked.source, checked.offset)
    values = {field.name: getattr(checked, field.name) for field in fields(checked)}
    return SlicedPair(**values, slices=tuple((name, value) for name, value in cleaned if value))
