"""Runs a flat graph step by step on a few examples."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from components.preflight.graph import Graph, Step
from components.preflight.parameters import at_initial_values, is_trainable, parameters
from components.preflight.split import Split

# A tensor with more numbers an example is dropped once it has been read: the inside of an image backbone.
_KEEP = 200_000


@dataclasses.dataclass(frozen=True)
class Size:
    """How large a tensor is.

    Attributes:
        shape: Shape with the batch.
        rms: Root of the mean square of its values.
        finite: Whether every value is finite.
    """

    shape: tuple[int, ...]
    rms: float
    finite: bool


class Runner:
    """Runs the steps of a graph in inference mode.

    BatchNormalization that trains and has learnt no statistics yet runs as in training, so that a fresh model is seen
    as its first step sees it; the caller restores the statistics.

    Args:
        graph: The graph.
        trained: Whether the statistics of every BatchNormalization count as learnt.
    """

    def __init__(self, graph: Graph, *, trained: bool):
        self.graph = graph
        self.trained = trained
        self.sizes: dict[int, Size] = {}
        self.masked: set[int] = set()

    def run(self, split: Split, tape: tf.GradientTape | None = None) -> dict[int, Any]:
        """Return the tensors by slot, the large ones left out.

        Args:
            split: The examples.
            tape: Watches the tensors where branches are joined; not earlier ones, behind which a backbone may lie.
        """
        tensors: dict[int, Any] = {}
        arrays = zip(self.graph.inputs, self.graph.input_dtypes, split.inputs.values(), strict=True)
        for slot, dtype, array in arrays:
            self._record(slot, _tensor(array, dtype), tensors, tape)
        last = {slot: index for index, step in enumerate(self.graph.steps) for slot in step.inputs}
        for index, step in enumerate(self.graph.steps):
            for slot, tensor in zip(step.outputs, keras.tree.flatten(self._call(step, tensors)), strict=True):
                self._record(slot, tensor, tensors, tape)
            for slot in set(step.inputs):
                if last[slot] == index and slot not in self.graph.outputs and not is_small(tensors[slot]):
                    del tensors[slot]
        return tensors

    def _call(self, step: Step, tensors: dict[int, Any]) -> Any:
        arguments, settings = step.call_arguments(tensors)
        if not self.trained and _learns_statistics(step.operation):
            settings = {**settings, "training": True}
        return step.operation(*arguments, **settings)

    def _record(self, slot: int, tensor: Any, tensors: dict[int, Any], tape: tf.GradientTape | None) -> None:
        tensors[slot] = tensor
        if getattr(tensor, "_keras_mask", None) is not None:
            self.masked.add(slot)
        if not tensor.dtype.is_floating:
            return
        if tape is not None and slot in self.graph.joined:
            tape.watch(tensor)
        rms = math.sqrt(float(tf.reduce_mean(tf.square(tf.cast(_dense(tensor), tf.float32)))))
        self.sizes[slot] = Size(tuple(tensor.shape), rms, math.isfinite(rms))


def cost(graph: Graph, sizes: dict[int, Size]) -> tuple[float, float]:
    """Estimate what one example costs, its gradient included.

    Args:
        graph: The graph.
        sizes: Of a run.

    Returns:
        Multiply-adds, and numbers held.
    """
    operations = numbers = 0.0
    differentiated: set[int] = set()
    for step in graph.steps:
        size = sizes.get(step.outputs[0])
        if size is None:
            continue
        if is_trainable(step.operation) or differentiated.intersection(step.inputs):
            differentiated.update(step.outputs)
        # Differentiating costs about twice the forward pass.
        operations += _multiply_adds(step, sizes) * (3 if step.outputs[0] in differentiated else 1)
        elements = math.prod(size.shape[1:])
        numbers += elements if elements <= _KEEP or step.outputs[0] in differentiated else 0
    return operations, numbers


def _multiply_adds(step: Step, sizes: dict[int, Size]) -> float:
    if isinstance(step.operation, keras.layers.Embedding):
        return 0.0
    recurrent = isinstance(step.operation, keras.layers.RNN | keras.layers.Bidirectional)
    shape = sizes[step.inputs[0] if recurrent else step.outputs[0]].shape
    weights = sum(math.prod(parameter.variable.shape) for parameter in parameters(step.operation))
    return float(weights * math.prod(shape[1:-1]))


def is_small(tensor: Any) -> bool:
    """Tell whether a tensor is kept."""
    return math.prod(tensor.shape[1:]) <= _KEEP


def _tensor(array: NDArray, dtype: str) -> Any:
    return tf.constant(array) if array.dtype.kind in "US" else keras.ops.convert_to_tensor(array, dtype=dtype)


def _dense(tensor: Any) -> Any:
    return tensor.values if isinstance(tensor, tf.SparseTensor) else tensor


def _learns_statistics(layer: Any) -> bool:
    if not isinstance(layer, keras.layers.BatchNormalization) or not layer.trainable:
        return False
    return not np.any(keras.ops.convert_to_numpy(layer.moving_mean)) and at_initial_values(layer)
