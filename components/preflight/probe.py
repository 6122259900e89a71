"""One pass over a few examples: every tensor's size, the small tensors themselves, loss and gradients."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from components.preflight.graph import Graph
from components.preflight.heads import Head
from components.preflight.runner import Runner, Size, is_small
from components.preflight.split import Split

# Size of the trial step, in root mean squares of a weight's change.
_STEP = 0.05


@dataclasses.dataclass(frozen=True)
class Trace:
    """What one pass showed.

    Attributes:
        values: Small tensors by slot.
        sizes: Float tensors by slot.
        masked: Slots whose tensor carried a mask.
        outputs: Predictions by output.
        losses: Loss of the answers by output, where it could be computed.
        gradients: Norm of the loss's gradient by variable path; 0 where it does not reach.
        arrivals: Norm of the gradient by slot, for tensors where branches are joined.
    """

    values: dict[int, NDArray]
    sizes: dict[int, Size]
    masked: frozenset[int]
    outputs: dict[str, NDArray]
    losses: dict[str, float]
    gradients: dict[str, float]
    arrivals: dict[int, float]


def probe(model: keras.Model, graph: Graph, heads: list[Head], split: Split, *, trained: bool) -> Trace:
    """Run a model once and differentiate its loss; the model is left as it was.

    Args:
        model: The model.
        graph: Its flat graph.
        heads: Its outputs.
        split: The examples.
        trained: Whether the statistics of every BatchNormalization count as learnt.

    Returns:
        What was seen.
    """
    runner = Runner(graph, trained=trained)
    variables = list(model.trainable_variables)
    with restored(model.non_trainable_variables), _tape(variables) as tape:
        tensors = runner.run(split, tape)
        outputs = [tensors[slot] for slot in graph.outputs]
        losses = compute_losses(heads, outputs, split)
        loss = tf.add_n(list(losses.values())) if losses else _surrogate(outputs)
    watched = [slot for slot in tensors if slot in graph.joined and tensors[slot].dtype.is_floating]
    sources = [*(variable.value for variable in variables), *(tensors[slot] for slot in watched)]
    norms = [_norm(gradient) for gradient in tape.gradient(loss, sources)]
    return Trace(
        values={slot: np.asarray(tensor) for slot, tensor in tensors.items() if is_small(tensor)},
        sizes=runner.sizes,
        masked=frozenset(runner.masked),
        outputs={head.name: np.asarray(outputs[head.index]) for head in heads},
        losses=answer_losses(heads, outputs, split),
        gradients=dict(zip([variable.path for variable in variables], norms, strict=False)),
        arrivals=dict(zip(watched, norms[len(variables) :], strict=True)),
    )


def compute_losses(heads: list[Head], outputs: list[Any], split: Split) -> dict[str, Any]:
    """Return the loss of each output that has one and whose labels it can read.

    Args:
        heads: The outputs.
        outputs: Their predictions.
        split: The examples.
    """
    losses = {}
    for head in heads:
        labels = split.labels.get(head.name)
        if head.loss is None or labels is None or labels.dtype.kind not in "biuf" or not np.all(np.isfinite(labels)):
            continue
        output = outputs[head.index]
        if labels.ndim == len(output.shape) - 1 and output.shape[-1] == 1:
            labels = labels[..., None]
        # Labels that do not fit are a finding of their own; there is no loss to speak of.
        with contextlib.suppress(ValueError, TypeError, tf.errors.InvalidArgumentError):
            losses[head.name] = tf.cast(tf.reduce_mean(head.loss.compute(labels, output)), tf.float32)
    return losses


def answer_losses(heads: list[Head], outputs: list[Any], split: Split) -> dict[str, float]:
    """Return the losses of what is answered.

    Keras 3 on TensorFlow computes a loss from the logits that a sigmoid or softmax leaves with its result; a copy has
    lost them.

    Args:
        heads: The outputs.
        outputs: Their predictions.
        split: The examples.
    """
    copies = [tf.identity(output) for output in outputs]
    return {name: float(loss) for name, loss in compute_losses(heads, copies, split).items()}


@contextlib.contextmanager
def after_one_step(model: keras.Model, graph: Graph, split: Split) -> Iterator[None]:
    """Move every trainable weight one small step, in the direction that moves the outputs, within the context.

    Args:
        model: The model; its weights are restored on leaving.
        graph: Its flat graph.
        split: The examples that the direction is taken from.
    """
    variables = list(model.trainable_variables)
    with restored(model.variables):
        with _tape(variables) as tape:
            tensors = Runner(graph, trained=False).run(split)
            moved = _surrogate([tensors[slot] for slot in graph.outputs])
        gradients = tape.gradient(moved, [variable.value for variable in variables])
        for variable, gradient in zip(variables, gradients, strict=True):
            if gradient is not None:
                gradient = tf.convert_to_tensor(gradient)
                scale = tf.sqrt(tf.reduce_mean(tf.square(gradient)))
                variable.assign_sub(tf.math.divide_no_nan(_STEP * gradient, scale))
        yield


@contextlib.contextmanager
def restored(variables: Iterable[Any]) -> Iterator[None]:
    """Give variables their values back on leaving the context."""
    kept = [(variable, np.array(keras.ops.convert_to_numpy(variable))) for variable in variables]
    try:
        yield
    finally:
        for variable, value in kept:
            variable.assign(value)


@contextlib.contextmanager
def _tape(variables: list[Any]) -> Iterator[tf.GradientTape]:
    # Watching the trainable weights alone keeps the inside of a frozen backbone out of memory.
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        for variable in variables:
            tape.watch(variable.value)
        yield tape


def _surrogate(outputs: list[Any]) -> Any:
    """Return a loss that moves every output: predictions, each weighed with a fixed random number."""
    generator = np.random.default_rng(0)
    return tf.add_n(
        [
            tf.reduce_mean(tf.cast(output, tf.float32) * generator.standard_normal(output.shape).astype(np.float32))
            for output in outputs
        ]
    )


def _norm(gradient: Any) -> float:
    return 0.0 if gradient is None else float(tf.linalg.global_norm([gradient]))
