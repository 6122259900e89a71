"""The late ensemble: a logistic stack of the parts' logits, its weights learnt, never an unweighted sum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_RIDGE = 1e-6
_STEPS = 50


def fit_late(logits: NDArray[np.floating], labels: NDArray[np.integer]) -> tuple[NDArray[np.float64], float]:
    """Fit a logistic regression of the labels on the parts' logits, on examples that the parts were not fitted on.

    Args:
        logits: Shape (n, parts).
        labels: Shape (n,), 0 or 1.

    Returns:
        Weights, shape (parts,), and bias.

    Reference:
        Wolpert 1992, "Stacked generalization"; fitted by Newton's method with a small ridge, so that separable data
        have a finite solution.
    """
    scale = np.maximum(logits.std(axis=0), 1e-9)
    design = np.column_stack([logits / scale, np.ones(len(labels))]).astype(np.float64)
    weights = np.zeros(design.shape[1])
    ridge = np.diag([_RIDGE] * logits.shape[1] + [0.0]) * len(labels)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (chance - labels) + ridge @ weights
        hessian = (design * (chance * (1 - chance))[:, None]).T @ design + ridge
        step = np.linalg.solve(hessian + 1e-9 * np.eye(len(weights)), gradient)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return weights[:-1] / scale, float(weights[-1])
