"""The interaction head: what the halves say only together, fitted on top of the late ensemble."""

from __future__ import annotations

import dataclasses

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from components.trainer.folds import each_fold
from components.trainer.product_kernel import ProductKernel
from components.trainer.stack import sigmoid

RIDGES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
# Most that the interaction is scaled up by: a strong ridge shrinks it, and only its direction is then of use.
_LARGEST_SCALE = 10.0
# Directions of the landmarks' kernel below this share of the strongest would be noise in float32.
_WEAKEST = 1e-5
_BATCH = 4096

Vector = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Interaction:
    """A fitted interaction head.

    Attributes:
        kernel: The product of the kernels at the landmarks.
        weights: Weight of each landmark, shape (landmarks,).
        bias: Added to the weighted sum.
        ridge: The penalty chosen on the folds; infinite where no interaction was found and all weights are zero.
        out_of_fold: Its logit for each training example, out of fold, shape (n,).
    """

    kernel: ProductKernel
    weights: Vector
    bias: float
    ridge: float
    out_of_fold: Vector

    def __call__(self, image: NDArray[np.floating], text: NDArray[np.floating]) -> Vector:
        """Return its logits, shape (n,), of features (n, width) of each half."""
        return _values(self.kernel, image, text) @ self.weights + self.bias


def fit_interaction(
    image: NDArray[np.floating],
    text: NDArray[np.floating],
    late: NDArray[np.floating],
    labels: NDArray[np.integer],
    folds: NDArray[np.int64],
    example_weights: NDArray[np.floating],
    *,
    landmarks: int,
    seed: int,
) -> Interaction:
    """Fit the logit that is missing from the late ensemble: convex, and zero unless the folds say that it helps.

    Args:
        image: Image features, (n, width).
        text: Text features, (n, width), centred, the rows of length about 1.
        late: Logits of the late ensemble out of fold, (n,): in-sample logits would leave nothing to learn.
        labels: Shape (n,), 0 or 1.
        folds: Shape (n,).
        example_weights: Shape (n,).
        landmarks: Most training pairs that others are compared with.
        seed: Seed of their choice.

    Reference:
        Nyström features: Williams and Seeger 2001, "Using the Nyström method to speed up kernel machines".
    """
    kernel = _kernel(image, text, landmarks, seed)
    among = _values(kernel, np.asarray(kernel.images), np.asarray(kernel.texts))
    spread, directions = np.linalg.eigh((among + among.T) / 2)
    kept = spread > _WEAKEST * spread[-1]
    whiten = directions[:, kept] / np.sqrt(spread[kept])
    features = _values(kernel, image, text) @ whiten
    mean = features.mean(axis=0)
    features -= mean

    best, least = (np.inf, 0.0, np.zeros(len(labels))), _loss(late, labels, example_weights)
    for ridge in RIDGES:
        logits = np.zeros(len(labels))
        for fit_on, held_out in each_fold(folds):
            solved = _solve(features[fit_on], late[fit_on], labels[fit_on], example_weights[fit_on], ridge)
            logits[held_out] = features[held_out] @ solved
        scale, loss = _scale(late, logits, labels, example_weights)
        if loss < least:
            best, least = (ridge, scale, scale * logits), loss
    ridge, scale, out_of_fold = best
    solved = np.zeros(len(mean))
    if np.isfinite(ridge):
        solved = scale * _solve(features, late, labels, example_weights, ridge)
    return Interaction(kernel, whiten @ solved, float(-mean @ solved), ridge, out_of_fold)


def _scale(late: Vector, logits: Vector, labels: NDArray, example_weights: NDArray) -> tuple[float, float]:
    """Return the factor of the interaction that fits best out of fold, and the loss with it."""
    found = minimize_scalar(
        lambda scale: _loss(late + scale * logits, labels, example_weights), (0, _LARGEST_SCALE), (0, _LARGEST_SCALE)
    )
    return float(found.x), float(found.fun)


def _kernel(image: NDArray, text: NDArray, landmarks: int, seed: int) -> ProductKernel:
    chosen = np.random.default_rng(seed).permutation(len(image))[:landmarks]
    images = image[chosen].astype(np.float64)
    squares = (images**2).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2 * images @ images.T
    typical = float(np.median(distances[~np.eye(len(chosen), dtype=bool)]))
    return ProductKernel(images, text[chosen], 0.5 / max(typical, 1e-12), name="interaction_kernel")


def _values(kernel: ProductKernel, image: NDArray, text: NDArray) -> Vector:
    blocks = [
        keras.ops.convert_to_numpy(kernel(image[start : start + _BATCH], text[start : start + _BATCH]))
        for start in range(0, len(image), _BATCH)
    ]
    return np.concatenate(blocks).astype(np.float64)


def _solve(features: Vector, offset: Vector, labels: NDArray, example_weights: NDArray, ridge: float) -> Vector:
    def objective(weights: Vector) -> tuple[float, Vector]:
        margins = features @ weights + offset
        loss = example_weights @ (np.logaddexp(0, margins) - labels * margins) + 0.5 * ridge * weights @ weights
        return float(loss), features.T @ (example_weights * (sigmoid(margins) - labels)) + ridge * weights

    start = np.zeros(features.shape[1])
    return minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x


def _loss(logits: NDArray, labels: NDArray, example_weights: NDArray) -> float:
    return float(example_weights @ (np.logaddexp(0, logits) - labels * logits) / example_weights.sum())
