"""AUCs of several scores of the same examples, and their paired bootstrap over groups. Pure numpy."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

# Draws are made in blocks of at most this many weights, so that a block stays in the processor's cache.
_BLOCK = 100_000


@dataclasses.dataclass(frozen=True)
class _Ranked:
    """Scores in the order in which an AUC reads them: made once, read by every draw.

    Attributes:
        negatives: Places of the negatives in the weights, by rising score; shape (n0,).
        positives: Places of the positives; shape (n1,).
        below: For each positive, how many negatives score less.
        upto: For each positive, how many negatives score less or the same; None where no two classes tie.
    """

    negatives: NDArray[np.intp]
    positives: NDArray[np.intp]
    below: NDArray[np.intp]
    upto: NDArray[np.intp] | None

    @staticmethod
    def of(scores: NDArray[np.floating], labels: NDArray[np.integer], places: NDArray[np.intp]) -> _Ranked:
        negatives, positives = np.flatnonzero(labels == 0), np.flatnonzero(labels == 1)
        negatives = negatives[np.argsort(scores[negatives], kind="stable")]
        positives = positives[np.argsort(scores[positives], kind="stable")]
        below = np.searchsorted(scores[negatives], scores[positives], side="left")
        upto = np.searchsorted(scores[negatives], scores[positives], side="right")
        tied = not np.array_equal(below, upto)
        return _Ranked(places[negatives], places[positives], below, upto if tied else None)

    def aucs(self, weights: NDArray) -> NDArray[np.float64]:
        """Compute the AUC of each row of weights, of shape (draws, places)."""
        sums = np.zeros((len(weights), len(self.negatives) + 1), weights.dtype)
        np.cumsum(weights.take(self.negatives, axis=1), axis=1, dtype=weights.dtype, out=sums[:, 1:])
        found = weights.take(self.positives, axis=1)
        hits = np.einsum("ij,ij->i", found, sums.take(self.below, axis=1), dtype=np.float64)
        if self.upto is not None:
            hits = (hits + np.einsum("ij,ij->i", found, sums.take(self.upto, axis=1), dtype=np.float64)) / 2
        with np.errstate(invalid="ignore", divide="ignore"):
            return hits / (found.sum(axis=1, dtype=np.float64) * sums[:, -1].astype(np.float64))


def weighted_aucs(scores: NDArray[np.floating], labels: NDArray[np.integer], weights: NDArray) -> NDArray[np.float64]:
    """Compute the area under the ROC curve for many weightings of the same scores at once.

    Args:
        scores: Shape (n,), the higher the more positive. Ties count half.
        labels: Shape (n,), 0 or 1.
        weights: Shape (draws, n), non-negative.

    Returns:
        Shape (draws,). NaN where a draw has only one class.

    Reference:
        Fawcett 2006, "An introduction to ROC analysis": the AUC is the Mann-Whitney statistic.
    """
    return _Ranked.of(scores, labels, np.arange(len(labels))).aucs(weights.astype(np.float64))


def exact_auc(scores: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Return the area under the ROC curve; NaN where only one class is present."""
    return float(weighted_aucs(scores, labels, np.ones((1, len(labels))))[0])


def bootstrap_aucs(
    scores: Mapping[str, NDArray[np.floating]], labels: NDArray[np.integer], groups: NDArray, draws: int, seed: int
) -> dict[str, NDArray[np.float64]]:
    """Draw the groups with replacement, the same draw for every score (a paired bootstrap).

    The scores are put in order once. A draw counts how often each group came, and an AUC is a running sum of the
    counts: 100,000 pairs cost a third of a millisecond a draw and score.

    Args:
        scores: By name, each of shape (n,).
        labels: Shape (n,), 0 or 1.
        groups: Shape (n,), any dtype that sorts; examples of one group are drawn together.
        draws: Number of draws.
        seed: Seed of the draws. The order of the examples does not matter.

    Returns:
        By name, the AUC of each draw, shape (draws,); NaN where a draw has only one class.

    Reference:
        Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13.
    """
    names, members, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    members = members.reshape(-1)
    ranked = {name: _Ranked.of(values, labels, members) for name, values in scores.items()}
    # No sum of counts can be larger than every draw hitting the largest group.
    small = len(names) * int(sizes.max(initial=0)) < np.iinfo(np.int32).max
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK // len(labels))
    drawn: dict[str, list[NDArray]] = {name: [] for name in scores}
    for start in range(0, draws, block):
        counts = _draw(rng, len(names), min(block, draws - start), np.dtype(np.int32 if small else np.int64))
        for name, order in ranked.items():
            drawn[name].append(order.aucs(counts))
    return {name: np.concatenate(blocks) for name, blocks in drawn.items()}


def _draw(rng: np.random.Generator, groups: int, draws: int, dtype: np.dtype) -> NDArray[np.integer]:
    """Draw as many groups as there are, `draws` times; return how often each came, of shape (draws, groups)."""
    counts = np.empty((draws, groups), dtype)
    for row in counts:
        row[:] = np.bincount(rng.integers(0, groups, groups, dtype=np.int32), minlength=groups)
    return counts
