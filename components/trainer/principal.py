"""Principal components of vectors that are wider than there are examples."""

from __future__ import annotations

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

# Components below this share of the strongest one's variance would be noise in float32.
_WEAKEST = 1e-6
_MOST_EXAMPLES = 4096
_BLOCK = 4096


def principal(values: NDArray[np.float32], count: int) -> keras.layers.Dense:
    """Return the layer that turns vectors into principal components, all scaled by one factor to a mean variance of 1.

    A dense layer learns only within the span of the examples that it is fitted on; outside, it keeps its random initial
    weights. As many components as there are examples therefore hold all that can be learnt of a wide vector, at a small
    part of the cost: a step of Adam goes over every weight.

    They are solved by the inner products of at most 4,096 examples, evenly spread, so that the width costs no more than
    two passes over the values.

    Args:
        values: Shape (n, width).
        count: Most components.

    Reference:
        Turk and Pentland 1991, "Eigenfaces for recognition": components of few, wide examples.
    """
    if len(values) > _MOST_EXAMPLES:
        values = values[np.linspace(0, len(values) - 1, _MOST_EXAMPLES).astype(int)]
    mean = values.mean(axis=0, dtype=np.float64).astype(np.float32)
    count = min(count, len(values))
    products = np.zeros((len(values), len(values)))
    for start in range(0, values.shape[1], _BLOCK):
        centred = values[:, start : start + _BLOCK] - mean[start : start + _BLOCK]
        products += centred @ centred.T
    spread, directions = eigh(products, subset_by_index=[len(values) - count, len(values) - 1], overwrite_a=True)
    kept = spread > _WEAKEST * spread[-1]
    # The strongest first; a sign of its own for each, whatever the solver gives.
    spread, directions = spread[kept][::-1], directions[:, kept][:, ::-1]
    directions = directions * np.sign(directions[np.abs(directions).argmax(axis=0), range(directions.shape[1])])
    weights = directions / np.sqrt(spread * spread.mean() / len(values))
    kernel = np.empty((values.shape[1], weights.shape[1]), np.float32)
    for start in range(0, values.shape[1], _BLOCK):
        centred = values[:, start : start + _BLOCK] - mean[start : start + _BLOCK]
        kernel[start : start + _BLOCK] = centred.T @ weights
    layer = keras.layers.Dense(kernel.shape[1], trainable=False, name="image_components")
    layer.build((None, len(kernel)))
    layer.set_weights([kernel, -mean @ kernel])
    return layer
