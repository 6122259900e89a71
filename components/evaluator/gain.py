"""AUCs of a fused model and its parts, and the gain between them, with paired-bootstrap bounds.

Pure numpy: arrays in, numbers out.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from components import keys

# Draws are made in blocks of at most this many weights, so that memory does not grow with the number of draws.
_BLOCK = 4_000_000


@dataclasses.dataclass(frozen=True)
class Interval:
    """A figure with its lower and upper confidence bound, each one-sided."""

    value: float
    lower: float
    upper: float


@dataclasses.dataclass(frozen=True)
class Gain:
    """Result of `fusion_gain`.

    Attributes:
        auc: AUC of each output, by name.
        gain: AUC(fused) − max(AUC(image_only), AUC(text_only)), the maximum taken anew in each draw.
        fused_minus_late: AUC(fused) − AUC(late): what interaction adds.
        best_part: Name of the part with the higher AUC.
        pairs: Number of examples.
        groups: Number of groups that were resampled.
    """

    auc: dict[str, Interval]
    gain: Interval
    fused_minus_late: Interval
    best_part: str
    pairs: int
    groups: int


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


def fusion_gain(
    scores: dict[str, NDArray[np.floating]],
    labels: NDArray[np.integer],
    groups: NDArray,
    *,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Gain:
    """Measure by how much a fused model beats the better of its parts.

    The groups of the split are resampled with replacement, the same draw for every output (a paired bootstrap), and
    the bounds are quantiles of the draws.

    Args:
        scores: By output name (`components.keys.OUTPUTS`), each of shape (n,).
        labels: Shape (n,), 0 or 1, both present.
        groups: Shape (n,), any dtype that sorts; examples of one group are drawn together.
        confidence: One-sided confidence of each bound.
        draws: Bootstrap draws.
        seed: Seed of the draws. The order of the examples does not matter.

    Raises:
        ValueError: If only one class is present.

    Reference:
        Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13.
    """
    if len(np.unique(labels)) < 2:
        raise ValueError(f"the split must hold both labels. Received: only {np.unique(labels)}. Draw a larger split")
    names, members = np.unique(groups, return_inverse=True)
    rng = np.random.default_rng(seed)
    point = {name: float(weighted_aucs(s, labels, np.ones((1, len(labels))))[0]) for name, s in scores.items()}
    block = max(1, _BLOCK // len(labels))
    drawn: dict[str, list[NDArray]] = {name: [] for name in scores}
    for start in range(0, draws, block):
        size = min(block, draws - start)
        counts = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=size)
        weights = counts[:, members]
        for name, values in scores.items():
            drawn[name].append(weighted_aucs(values, labels, weights))
    draw = {name: np.concatenate(blocks) for name, blocks in drawn.items()}
    best_part = max(keys.PARTS, key=lambda name: point[name])

    def interval(value: float, sample: NDArray) -> Interval:
        lower, upper = np.nanquantile(sample, [1 - confidence, confidence])
        return Interval(value, float(lower), float(upper))

    best = np.maximum(draw[keys.IMAGE_ONLY], draw[keys.TEXT_ONLY])
    return Gain(
        auc={name: interval(point[name], draw[name]) for name in scores},
        gain=interval(point[keys.FUSED] - point[best_part], draw[keys.FUSED] - best),
        fused_minus_late=interval(point[keys.FUSED] - point[keys.LATE], draw[keys.FUSED] - draw[keys.LATE]),
        best_part=best_part,
        pairs=len(labels),
        groups=len(names),
    )
