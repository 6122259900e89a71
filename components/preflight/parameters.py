"""The parameters of a layer, and whether they still are what the layer was initialised with."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

# Weights that training moves, with the attribute that holds their initialiser.
_INITIALIZERS = {
    "kernel": "kernel_initializer",
    "bias": "bias_initializer",
    "embeddings": "embeddings_initializer",
    "gamma": "gamma_initializer",
    "beta": "beta_initializer",
    "recurrent_kernel": "recurrent_initializer",
    "depthwise_kernel": "depthwise_initializer",
    "pointwise_kernel": "pointwise_initializer",
}
# A larger weight is judged by the layer's bias alone: drawing it anew would take too long.
_MAX_DRAWN = 5_000_000
# Fewer numbers do not tell a drawn weight from a trained one.
_MIN_DRAWN = 256
_SAMPLE = 20_000
_SEED = 1
# Two-sample Kolmogorov-Smirnov: chance exceeds this once in 10,000 times.
_KS = 2.23


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A weight that training may move.

    Attributes:
        owner: The layer that made it.
        variable: The weight.
        initializer: What drew it.
    """

    owner: Any
    variable: Any
    initializer: Any


def parameters(layer: Any) -> list[Parameter]:
    """Return the parameters of a layer and of the layers inside it whose initialiser is known."""
    return list(_parameters(layer)) if isinstance(layer, keras.Layer) else []


def _parameters(layer: keras.Layer) -> Iterator[Parameter]:
    for owner in layer._flatten_layers():
        if isinstance(owner, keras.layers.Normalization):
            continue
        for variable in (*owner._trainable_variables, *owner._non_trainable_variables):
            initializer = getattr(owner, _INITIALIZERS.get(variable.name, ""), None)
            if initializer is not None:
                yield Parameter(owner, variable, initializer)


def is_frozen(layer: Any) -> bool:
    """Tell whether a layer has parameters and none of them trains."""
    found = parameters(layer)
    return bool(found) and not any(parameter.variable.trainable for parameter in found)


def is_trainable(layer: Any) -> bool:
    """Tell whether a parameter of the layer trains."""
    return any(parameter.variable.trainable for parameter in parameters(layer))


def at_initial_values(layer: Any) -> bool:
    """Tell whether every parameter of a layer is as its initialiser makes it, with enough of them to judge by."""
    return initial_state(layer) is True


def initial_state(layer: Any) -> bool | None:
    """Compare the parameters of a layer with what their initialisers make.

    A bias is compared exactly: after one step of training it is no longer all zeros. A drawn kernel is compared in
    distribution with a fresh draw.

    Args:
        layer: Any layer.

    Returns:
        True if all are as initialised, False if one is not, None if there is too little to judge by.
    """
    decided = False
    for parameter in sorted(parameters(layer), key=is_drawn):
        value = np.asarray(keras.ops.convert_to_numpy(parameter.variable))
        if not is_drawn(parameter):
            if not np.array_equal(value, _fixed(parameter, value.shape)):
                return False
            decided = True
        elif value.size <= _MAX_DRAWN:
            if not _same_distribution(value, _draw(parameter.initializer, value.shape)):
                return False
            decided = decided or value.size >= _MIN_DRAWN
    return True if decided else None


def is_drawn(parameter: Parameter) -> bool:
    """Tell whether a parameter starts at random."""
    initializer = parameter.initializer
    return isinstance(initializer, keras.Initializer) and "seed" in initializer.get_config()


def _fixed(parameter: Parameter, shape: tuple[int, ...]) -> NDArray:
    if parameter.variable.name == "bias" and getattr(parameter.owner, "unit_forget_bias", False):
        # LSTM starts its forget gates, the second of four, at one.
        units = shape[0] // 4
        return np.concatenate([np.zeros(units), np.ones(units), np.zeros(2 * units)])
    return np.asarray(keras.ops.convert_to_numpy(parameter.initializer(shape, dtype="float32")))


def _draw(initializer: keras.Initializer, shape: tuple[int, ...]) -> NDArray:
    fresh = type(initializer).from_config({**initializer.get_config(), "seed": _SEED})
    return np.asarray(keras.ops.convert_to_numpy(fresh(shape, dtype="float32")))


def _same_distribution(value: NDArray, fresh: NDArray) -> bool:
    first, second = (np.sort(_thin(array)) for array in (value, fresh))
    both = np.concatenate([first, second])
    below = (np.searchsorted(sample, both, side="right") / len(sample) for sample in (first, second))
    distance = float(np.max(np.abs(next(below) - next(below))))
    return distance <= _KS * np.sqrt(2 / len(first))


def _thin(array: NDArray) -> NDArray:
    flat = array.ravel()
    return flat[:: -(-flat.size // _SAMPLE)]
