"""A logistic stack of logits: weights learnt on scores out of fold, none below zero, never an unweighted sum."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

_RIDGE = 1e-6


@dataclasses.dataclass(frozen=True)
class Stack:
    """Weights, shape (parts,), and bias of a stack."""

    weights: NDArray[np.float64]
    bias: float

    def __call__(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Stack logits of shape (n, parts) into one of shape (n,)."""
        return logits @ self.weights + self.bias


def fit_stack(
    logits: NDArray[np.floating], labels: NDArray[np.integer], example_weights: NDArray[np.floating]
) -> Stack:
    """Fit a logistic regression of the labels on logits, on examples that no member was fitted on.

    No weight is below zero: a part that knows nothing gets none, and the stack cannot live on turning the sign of a
    part that is worse than chance, which a split with an uneven balance of labels brings about.

    Args:
        logits: Shape (n, parts).
        labels: Shape (n,), 0 or 1.
        example_weights: Shape (n,).

    Reference:
        Wolpert 1992, "Stacked generalization"; Breiman 1996, "Stacked regressions", for the sign.
    """
    scale = np.maximum(logits.std(axis=0), 1e-9)
    design = np.column_stack([logits / scale, np.ones(len(labels))]).astype(np.float64)
    share = example_weights / example_weights.sum()

    def objective(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = design @ weights
        loss = share @ (np.logaddexp(0, margins) - labels * margins) + _RIDGE * weights[:-1] @ weights[:-1]
        gradient = design.T @ (share * (sigmoid(margins) - labels))
        gradient[:-1] += 2 * _RIDGE * weights[:-1]
        return float(loss), gradient

    bounds = [(0, None)] * logits.shape[1] + [(None, None)]
    options = {"maxiter": 1000, "ftol": 1e-15, "gtol": 1e-10}
    found = minimize(objective, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return Stack(found.x[:-1] / scale, float(found.x[-1]))


def sigmoid(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return probabilities of logits, without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(logits, np.float64)))
