"""The ROC curve as few points."""

from __future__ import annotations

import numpy as np

# A step this short cannot be seen on a chart some 400 pixels wide.
SHORTEST_STEP = 1 / 400


def roc_points(labels: list[int], scores: list[float]) -> list[tuple[float, float]]:
    """Compute the points of a ROC curve, without those too close to tell apart on a chart.

    NumPy does it here because importing scikit-learn takes longer than the whole report.

    Args:
        labels: 0 or 1, one an example; both must occur.
        scores: Higher means more likely 1; examples with equal scores share one point.

    Returns:
        (false positive rate, true positive rate) from (0, 0) to (1, 1).

    Reference:
        Fawcett 2006, "An introduction to ROC analysis", algorithm 1.
    """
    order = np.argsort(np.negative(scores), kind="stable")
    positive, ranked = np.asarray(labels)[order] == 1, np.asarray(scores)[order]
    last_of_ties = np.append(np.diff(ranked) != 0, True)
    true_rate = np.cumsum(positive)[last_of_ties] / positive.sum()
    false_rate = np.cumsum(~positive)[last_of_ties] / (~positive).sum()
    points = [(0.0, 0.0)]
    for x, y in zip(false_rate.tolist(), true_rate.tolist(), strict=True):
        if x - points[-1][0] + y - points[-1][1] >= SHORTEST_STEP:
            points.append((x, y))
    return points if points[-1] == (1.0, 1.0) else [*points, (1.0, 1.0)]
