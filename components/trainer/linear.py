"""A convex branch: regularised logistic regression, solved to its optimum by scikit-learn."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from components.bootstrap import exact_auc
from components.trainer.folds import each_fold

Matrix = Any  # A dense array or a scipy CSR matrix, which has no type that mypy knows.
_STEP = 2.0
_MOST_STEPS = 8


@dataclasses.dataclass(frozen=True)
class Linear:
    """A fitted logistic regression.

    Attributes:
        weights: Shape (width,).
        bias: The intercept.
        strength: scikit-learn's `C`, chosen on the folds.
        out_of_fold: Logit of each training example from the model that was not fitted on its fold, shape (n,).
    """

    weights: NDArray[np.float64]
    bias: float
    strength: float
    out_of_fold: NDArray[np.float64]


def fit_linear(
    features: Matrix, labels: NDArray[np.integer], folds: NDArray[np.int64], example_weights: NDArray[np.floating]
) -> Linear:
    """Fit a logistic regression with an L2 penalty whose strength is chosen by the AUC out of fold.

    The search starts at one over twice the mean squared length of a row, where the penalty and the data weigh alike,
    and goes on by factors of two as long as it finds better.

    Args:
        features: Shape (n, width), dense or sparse.
        labels: Shape (n,), 0 or 1.
        folds: Shape (n,), as `make_folds` deals them.
        example_weights: Shape (n,).

    Reference:
        `sklearn.linear_model.LogisticRegression`, solver `lbfgs`.
    """
    tried: dict[int, tuple[float, NDArray]] = {}
    start = 0.5 / max(_mean_square(features), 1e-12)

    def auc(step: int) -> float:
        if step not in tried:
            scores = _out_of_fold(features, labels, folds, example_weights, start * _STEP**step)
            tried[step] = exact_auc(scores, labels), scores
        return tried[step][0]

    best = 0
    direction = 1 if auc(1) >= auc(-1) else -1
    while abs(best) < _MOST_STEPS and auc(best + direction) > auc(best):
        best += direction
    strength = start * _STEP**best
    fitted = _solve(features, labels, example_weights, strength)
    return Linear(fitted.coef_[0], float(fitted.intercept_[0]), strength, tried[best][1])


def _out_of_fold(features: Matrix, labels: Any, folds: Any, weights: Any, strength: float) -> NDArray[np.float64]:
    scores = np.zeros(len(labels))
    for fit_on, held_out in each_fold(folds):
        model = _solve(features[fit_on], labels[fit_on], weights[fit_on], strength)
        scores[held_out] = model.decision_function(features[held_out])
    return scores


def _solve(features: Matrix, labels: Any, weights: Any, strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=1000).fit(features, labels, weights)


def _mean_square(features: Matrix) -> float:
    squares = features.power(2) if sparse.issparse(features) else np.square(features, dtype=np.float64)
    return float(squares.sum()) / features.shape[0]
