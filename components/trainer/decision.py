"""The decision threshold, chosen on the eval split for a stated aim."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclasses.dataclass(frozen=True)
class Decision:
    """A threshold and what it gives on the examples that it was chosen on.

    Attributes:
        threshold: The decision is 1 where the probability is at least this.
        precision: Share of positives among the decisions of 1; 1 if there are none.
        recall: Share of the positives that are found.
        reached: Whether the aim's precision could be reached at all; true for the other aims.
    """

    threshold: float
    precision: float
    recall: float
    reached: bool = True


def choose_threshold(
    probabilities: NDArray[np.floating], labels: NDArray[np.integer], spec: Mapping[str, Any]
) -> Decision:
    """Choose the threshold that serves an aim best.

    Args:
        probabilities: Shape (n,).
        labels: Shape (n,), 0 or 1, both present.
        spec: `aim`: `f1`; `cost`, the least total of `false_positive_cost` and `false_negative_cost`; or `recall`, the
            highest at a precision of at least `precision`.

    Returns:
        The threshold, half way between two probabilities that occur.

    Reference:
        Lipton et al. 2014, "Optimal Thresholding of Classifiers to Maximize F1 Measure"; Elkan 2001, "The Foundations
        of Cost-Sensitive Learning".
    """
    values, place = np.unique(probabilities, return_inverse=True)
    # Threshold k lets the values from k on pass; the last lets none.
    found = _passing(np.bincount(place, weights=labels, minlength=len(values)))
    wrong = _passing(np.bincount(place, weights=1 - labels, minlength=len(values)))
    precision = np.divide(found, found + wrong, out=np.ones(len(found)), where=found + wrong > 0)
    recall = found / labels.sum()
    worth = _worth(spec, found, wrong, precision, recall, labels.sum())
    reached = bool(np.isfinite(worth).any())
    # Of equals the one with the higher precision; where the precision is out of reach, the highest that finds anything.
    precise = np.where(found > 0, precision, 0.0)
    best = max(range(len(worth)), key=lambda k: (worth[k], precise[k], recall[k]))
    edges = np.r_[0.0, (values[1:] + values[:-1]) / 2, (values[-1] + 1) / 2]
    return Decision(float(edges[best]), float(precision[best]), float(recall[best]), reached)


def _worth(
    spec: Mapping[str, Any], found: NDArray, wrong: NDArray, precision: NDArray, recall: NDArray, positives: float
) -> NDArray[np.float64]:
    if spec["aim"] == "f1":
        return 2 * found / (found + wrong + positives)
    if spec["aim"] == "cost":
        return -(spec["false_positive_cost"] * wrong + spec["false_negative_cost"] * (positives - found))
    enough = (precision >= spec["precision"]) & (found > 0)
    return np.where(enough, recall, -np.inf)


def _passing(counts: NDArray) -> NDArray[np.float64]:
    return np.r_[np.cumsum(counts[::-1])[::-1], 0.0]
