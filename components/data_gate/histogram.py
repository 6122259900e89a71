"""Histograms that do not jump at the edges of their bins, and how far apart two of them are."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Sequence


def soft_histogram(values: Iterable[float], centres: Sequence[float]) -> list[float]:
    """Spread each value over the two centres beside it, by its nearness to them.

    Pictures of 255 pixels' width and of 256 are next to alike; bins with hard edges would part them wholly.

    Args:
        values: Any numbers; those beyond the outermost centres count as these.
        centres: Ascending.

    Returns:
        A mass for each centre; the masses add up to the number of values.

    Example:
        >>> soft_histogram([0, 5, 99], [0, 10])
        [1.5, 1.5]
    """
    masses = [0.0] * len(centres)
    for value in values:
        right = bisect.bisect_left(centres, value)
        if right in (0, len(centres)):
            masses[min(right, len(centres) - 1)] += 1
            continue
        left = right - 1
        share = (value - centres[left]) / (centres[right] - centres[left])
        masses[left] += 1 - share
        masses[right] += share
    return masses


def jensen_shannon(one: Sequence[float], two: Sequence[float]) -> float:
    """Return the Jensen-Shannon divergence of two histograms, in bits: 0 for equal shapes, 1 for nothing in common.

    Args:
        one: Masses of some bins, not all 0.
        two: Masses of the same bins, not all 0.

    Reference:
        Lin 1991, "Divergence measures based on the Shannon entropy".
    """
    total = 0.0
    sums = (sum(one), sum(two))
    for first, second in zip(one, two, strict=True):
        p, q = first / sums[0], second / sums[1]
        middle = (p + q) / 2
        total += sum(share * math.log2(share / middle) for share in (p, q) if share > 0) / 2
    return min(1.0, max(0.0, total))


def divergence_of_chance(bins: int, one: int, two: int) -> float:
    """Return twice the mean Jensen-Shannon divergence, in bits, of two samples of one distribution.

    Args:
        bins: How many bins either sample fills.
        one: Independent values in one sample, at least 1.
        two: Independent values in the other, at least 1.

    Reference:
        Grosse et al. 2002, "Analysis of symbolic sequences using the Jensen-Shannon divergence": 2 ln 2 · N · JSD
        follows χ² with bins - 1 degrees of freedom.
    """
    return max(0, bins - 1) * (1 / one + 1 / two) / (4 * math.log(2))
