"""The arrays of one split, matched to a model's inputs and outputs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from components.errors import InputError
from components.preflight.graph import as_functional

_FIX = "Hand over (inputs, labels) as arrays: inputs by name, as a list in the model's order, or one array."


@dataclasses.dataclass(frozen=True)
class Split:
    """Arrays whose first axis are the examples.

    Attributes:
        inputs: By name, in the model's order.
        labels: By output; empty where none were given.
        rows: How many examples.
    """

    inputs: dict[str, NDArray]
    labels: dict[str, NDArray]
    rows: int

    def take(self, count: int) -> Split:
        """Return at most `count` examples, evenly spaced, so that ordered labels are all met."""
        if count >= self.rows:
            return self
        chosen = np.unique(np.linspace(0, self.rows - 1, count).astype(np.int64))
        return Split(
            {name: array[chosen] for name, array in self.inputs.items()},
            {name: array[chosen] for name, array in self.labels.items()},
            len(chosen),
        )


def as_split(name: str, given: Any, model: keras.Model, outputs: Sequence[str]) -> Split:
    """Match a pair of inputs and labels to a model.

    Args:
        name: `train` or `evaluation`, for errors.
        given: `(inputs, labels)`; labels may be None, one array for all outputs, or a dict by output.
        model: The model that reads them.
        outputs: Its outputs' names.

    Returns:
        The arrays by name.

    Raises:
        InputError: The arrays do not fit the model or each other.
    """
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise InputError(f"{name} must be a pair. Received: {type(given).__name__}. {_FIX}")
    inputs = _inputs(name, given[0], model)
    labels = _labels(name, given[1], outputs)
    lengths = {key: len(array) if array.ndim else 0 for key, array in [*inputs.items(), *labels.items()]}
    if len(set(lengths.values())) != 1 or 0 in lengths.values():
        received = ", ".join(f"{key} {length}" for key, length in lengths.items())
        raise InputError(
            f"{name}: all arrays must hold the same number of examples, at least one. Received: {received}. "
            "Give one row per example in each."
        )
    return Split(inputs, labels, next(iter(lengths.values())))


def input_names(model: keras.Model) -> list[str]:
    """Return the names of a model's inputs in Keras's order; none for a subclassed model."""
    return list(_input_tensors(model))


def _inputs(name: str, given: Any, model: keras.Model) -> dict[str, NDArray]:
    tensors = _input_tensors(model)
    expected = list(tensors)
    if isinstance(given, Mapping):
        missing = [key for key in expected if key not in given]
        if missing:
            raise InputError(
                f"{name}: every input of the model needs an array. Received: {', '.join(map(str, given))}; "
                f"missing {', '.join(missing)}. Name the arrays as the model's inputs: {', '.join(expected)}."
            )
        arrays = {key: np.asarray(given[key]) for key in expected or given}
    else:
        listed = list(given) if isinstance(given, list | tuple) and len(expected) != 1 else [_single(given)]
        names = expected or [f"input_{index}" for index in range(len(listed))]
        if len(names) != len(listed):
            raise InputError(
                f"{name}: the model has {len(names)} inputs ({', '.join(names)}). "
                f"Received: {len(listed)} arrays. {_FIX}"
            )
        arrays = {key: np.asarray(array) for key, array in zip(names, listed, strict=True)}
    return {key: _fit(name, key, array, tensors.get(key)) for key, array in arrays.items()}


def _single(given: Any) -> Any:
    return given[0] if isinstance(given, list | tuple) and len(given) == 1 else given


def _input_tensors(model: keras.Model) -> dict[str, Any]:
    functional = as_functional(model)
    if functional is None:
        return {}
    if isinstance(functional.input, dict):
        keys = {id(tensor): key for key, tensor in functional.input.items()}
        return {keys[id(tensor)]: tensor for tensor in functional.inputs}
    return {tensor.name: tensor for tensor in functional.inputs}


def _fit(name: str, key: str, array: NDArray, tensor: Any) -> NDArray:
    if array.dtype == object:
        array = array.astype(str)
    if tensor is None:
        return array
    shape = tuple(tensor.shape)
    if array.ndim == len(shape) - 1 and shape[-1] == 1:
        array = array[..., None]
    fits = array.ndim == len(shape) and all(
        want is None or want == have for want, have in zip(shape[1:], array.shape[1:], strict=True)
    )
    if not fits:
        raise InputError(
            f"{name}: array {key} must have the shape {shape} of the model's input. Received: {array.shape}. "
            "Give the array that this input reads, without reshaping it."
        )
    return array


def _labels(name: str, given: Any, outputs: Sequence[str]) -> dict[str, NDArray]:
    if given is None:
        return {}
    if isinstance(given, Mapping):
        unknown = [key for key in given if key not in outputs]
        if unknown:
            raise InputError(
                f"{name}: labels must be named as the model's outputs ({', '.join(outputs)}). "
                f"Received: {', '.join(map(str, given))}. Rename {', '.join(map(str, unknown))}."
            )
        return {key: np.asarray(array) for key, array in given.items()}
    if isinstance(given, list | tuple) and len(outputs) == len(given) > 1 and np.ndim(given[0]) > 0:
        return {key: np.asarray(array) for key, array in zip(outputs, given, strict=True)}
    return dict.fromkeys(outputs, np.asarray(given))
