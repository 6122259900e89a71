"""Start a model from the weights of another."""

from __future__ import annotations

import collections
from collections.abc import Mapping

import keras
import numpy as np
from numpy.typing import NDArray


def weights_by_path(model: keras.Model) -> dict[str, NDArray]:
    """Return a model's weights by path, `layer/variable`, as `warm_start` takes them."""
    return {variable.path: np.asarray(variable) for variable in model.weights}


def warm_start(model: keras.Model, initial: Mapping[str, NDArray]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Load weights where path and shape fit.

    A fitting shape does not tell that a weight means the same: leave out of `initial` what does not, such as an
    embedding over another vocabulary.

    Args:
        model: Changed in place.
        initial: Weights by path.

    Returns:
        Paths of the model's weights that were loaded, and of those that were not, in the model's order.
    """
    count = collections.Counter(variable.path for variable in model.weights)
    loaded, kept = [], []
    for variable in model.weights:
        value = initial.get(variable.path)
        if value is not None and count[variable.path] == 1 and value.shape == tuple(variable.shape):
            variable.assign(value)
            loaded.append(variable.path)
        else:
            kept.append(variable.path)
    return tuple(loaded), tuple(kept)
