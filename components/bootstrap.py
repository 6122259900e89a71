"""AUCs of several scores of the same examples, and their paired bootstrap over groups. Pure numpy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

# Draws are made in blocks of at most this many weights, so that memory does not grow with the number of draws.
_BLOCK = 4_000_000


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
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) != 0])
    ordered = weights[:, order].astype(np.float64)
    positive = labels[order] == 1
    hits = np.add.reduceat(np.where(positive, ordered, 0.0), starts, axis=1)
    misses = np.add.reduceat(np.where(positive, 0.0, ordered), starts, axis=1)
    below = np.cumsum(misses, axis=1) - misses / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return (hits * below).sum(axis=1) / (hits.sum(axis=1) * misses.sum(axis=1))


def exact_auc(scores: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Return the area under the ROC curve; NaN where only one class is present."""
    return float(weighted_aucs(scores, labels, np.ones((1, len(labels))))[0])


def bootstrap_aucs(
    scores: Mapping[str, NDArray[np.floating]], labels: NDArray[np.integer], groups: NDArray, draws: int, seed: int
) -> dict[str, NDArray[np.float64]]:
    """Draw the groups with replacement, the same draw for every score (a paired bootstrap).

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
    names, members = np.unique(groups, return_inverse=True)
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK // len(labels))
    drawn: dict[str, list[NDArray]] = {name: [] for name in scores}
    for start in range(0, draws, block):
        size = min(block, draws - start)
        counts = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=size)
        weights = counts[:, members]
        for name, values in scores.items():
            drawn[name].append(weighted_aucs(values, labels, weights))
    return {name: np.concatenate(blocks) for name, blocks in drawn.items()}
