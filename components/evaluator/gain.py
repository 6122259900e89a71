"""AUCs of a fused model and its parts, and the gain between them, with paired-bootstrap bounds.

Pure numpy: arrays in, numbers out.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from components import keys
from components.bootstrap import bootstrap_aucs, exact_auc

_SHUFFLED = {"image": keys.FUSED_IMAGE_SHUFFLED, "text": keys.FUSED_TEXT_SHUFFLED}


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
        auc: AUC of each score, by name.
        gain: AUC(fused) − max(AUC(image_only), AUC(text_only)), the maximum taken anew in each draw.
        error: The gain's standard error, by the draws.
        fused_minus_late: AUC(fused) − AUC(late): what interaction adds.
        reliance: By half, the AUC that the fused model loses when that half is shuffled among the examples.
        best_part: Name of the part with the higher AUC.
        pairs: Number of examples.
        groups: Number of groups that were resampled.
    """

    auc: dict[str, Interval]
    gain: Interval
    error: float
    fused_minus_late: Interval
    reliance: dict[str, Interval]
    best_part: str
    pairs: int
    groups: int


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
        scores: By output name (`components.keys.OUTPUTS`, and those of `components.keys.SHUFFLED` that were made), each
            of shape (n,).
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
    point = {name: exact_auc(values, labels) for name, values in scores.items()}
    draw = bootstrap_aucs(scores, labels, groups, draws, seed)
    best_part = max(keys.PARTS, key=lambda name: point[name])

    def interval(value: float, sample: NDArray) -> Interval:
        lower, upper = np.nanquantile(sample, [1 - confidence, confidence])
        return Interval(value, float(lower), float(upper))

    def behind_fused(name: str) -> Interval:
        return interval(point[keys.FUSED] - point[name], draw[keys.FUSED] - draw[name])

    gains = draw[keys.FUSED] - np.maximum(draw[keys.IMAGE_ONLY], draw[keys.TEXT_ONLY])
    return Gain(
        auc={name: interval(point[name], draw[name]) for name in scores},
        gain=interval(point[keys.FUSED] - point[best_part], gains),
        error=float(np.nanstd(gains)),
        fused_minus_late=behind_fused(keys.LATE),
        reliance={half: behind_fused(name) for half, name in _SHUFFLED.items() if name in scores},
        best_part=best_part,
        pairs=len(labels),
        groups=len(np.unique(groups)),
    )
