"""DeLong's test: is one AUC larger than another on the same examples? Pure numpy and scipy."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats


@dataclasses.dataclass(frozen=True)
class DeLong:
    """What the test says of AUC(first) − AUC(second).

    Attributes:
        difference: The difference.
        error: Its standard error.
        p_value: One-sided: how likely so large a difference is where there is none.
    """

    difference: float
    error: float
    p_value: float


def delong(first: NDArray[np.floating], second: NDArray[np.floating], labels: NDArray[np.integer]) -> DeLong:
    """Test whether the first scores have a larger AUC than the second.

    It takes every example for one drawn by itself: examples that share a group make it too sure. It is a check on the
    bootstrap, which draws groups, and no rule of the gate reads it.

    Args:
        first: Shape (n,).
        second: Shape (n,), of the same examples.
        labels: Shape (n,), 0 or 1, both present.

    Returns:
        The test. Where the two always agree, the error is 0 and the p-value 1/2; with one example of a class the error
        is NaN.

    Reference:
        DeLong et al. 1988, "Comparing the Areas under Two or More Correlated Receiver Operating Characteristic Curves";
        by midranks, Sun and Xu 2014, "Fast Implementation of DeLong's Algorithm".
    """
    positive = labels == 1
    placed = [_placements(scores, positive) for scores in (first, second)]
    (found, spared), (found2, spared2) = placed
    difference = float(found.mean() - found2.mean())
    if len(found) < 2 or len(spared) < 2:
        return DeLong(difference, math.nan, math.nan)
    variance = (found - found2).var(ddof=1) / len(found) + (spared - spared2).var(ddof=1) / len(spared)
    error = math.sqrt(variance)
    p_value = float(stats.norm.sf(difference / error)) if error > 0 else 0.5
    return DeLong(difference, error, p_value)


def _placements(scores: NDArray[np.floating], positive: NDArray[np.bool_]) -> tuple[NDArray, NDArray]:
    """Return each positive's share of negatives below it, and each negative's share of positives above it."""
    ranks = stats.rankdata(scores)
    found, spared = int(positive.sum()), int((~positive).sum())
    above = (ranks[positive] - stats.rankdata(scores[positive])) / spared
    below = 1 - (ranks[~positive] - stats.rankdata(scores[~positive])) / found
    return above, below
