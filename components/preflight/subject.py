"""What the checks look at: the model, its graph, its arrays, and what a few examples showed."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from components.errors import InputError
from components.preflight.graph import Graph, Step, flat_graph
from components.preflight.heads import Head, heads, output_names
from components.preflight.probe import Trace, after_one_step, answer_losses, probe, restored
from components.preflight.runner import Runner, cost
from components.preflight.split import Split, as_split

# Bounds of one pass: about two seconds on two cores, and one gigabyte.
_MULTIPLY_ADDS = 1.5e11
_NUMBERS = 2.5e8
_FEWEST = 8
# A model that opens its own call tells nothing of what it costs.
_UNKNOWN_COST = 32


@dataclasses.dataclass(frozen=True)
class Subject:
    """A model under inspection.

    Attributes:
        model: The model.
        graph: Its flat graph; None for a subclassed model.
        heads: Its outputs.
        train: Training arrays, all of them.
        evaluation: Validation arrays.
        sample: The training examples that are run.
        optimizer: The optimizer, if known.
        trained: Whether the model counts as trained.
        validation_split: The share that `fit` will cut from the tail, if known.
    """

    model: keras.Model
    graph: Graph | None
    heads: list[Head]
    train: Split | None
    evaluation: Split | None
    sample: Split | None
    optimizer: Any
    trained: bool
    validation_split: float | None

    @cached_property
    def trace(self) -> Trace | None:
        """What the examples showed; None without arrays."""
        if self.sample is None:
            return None
        with _run_errors(self.sample):
            if self.graph is not None:
                return probe(self.model, self.graph, self.heads, self.sample, trained=self.trained)
            outputs = keras.tree.flatten(_call(self.model, self.sample))
        losses = answer_losses(self.heads, outputs, self.sample)
        predictions = {head.name: np.asarray(outputs[head.index]) for head in self.heads}
        return Trace({}, {}, frozenset(), predictions, losses, {}, {})

    @cached_property
    def stepped(self) -> Trace | None:
        """The same after one small step of training, for a fresh model: what starts at zero has moved by then."""
        if self.graph is None or self.sample is None or self.trained or not self.model.trainable_variables:
            return self.trace
        with after_one_step(self.model, self.graph, self.sample):
            return probe(self.model, self.graph, self.heads, self.sample, trained=False)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the graph; none for a subclassed model."""
        return self.graph.steps if self.graph is not None else ()

    def labels(self, head: Head) -> NDArray | None:
        """Return the training labels of an output."""
        return self.train.labels.get(head.name) if self.train is not None else None


def make_subject(
    model: keras.Model,
    train: Any,
    evaluation: Any,
    *,
    loss: Any,
    optimizer: Any,
    trained: bool | None,
    validation_split: float | None,
    rows: int,
) -> Subject:
    """Match arrays to the model and choose the examples to run.

    Args:
        model: The model.
        train: `(inputs, labels)` or None.
        evaluation: Likewise.
        loss: Loss of each output; None takes the compiled one.
        optimizer: Optimizer or its name; None takes the compiled one.
        trained: None reads it from the optimizer's count of steps.
        validation_split: As for `fit`.
        rows: Most examples to run.

    Returns:
        The subject of the checks.

    Raises:
        InputError: The arrays do not fit the model, or it cannot be run on them.
    """
    _build(model, train)
    graph = flat_graph(model) if model.built else None
    names = output_names(model)
    training = as_split("train", train, model, names) if train is not None else None
    optimizer = keras.optimizers.get(optimizer) if optimizer is not None else getattr(model, "optimizer", None)
    if trained is None:
        trained = optimizer is not None and int(optimizer.iterations) > 0
    return Subject(
        model=model,
        graph=graph,
        heads=heads(model, graph, loss),
        train=training,
        evaluation=as_split("evaluation", evaluation, model, names) if evaluation is not None else None,
        sample=_sample(model, graph, training, rows) if training is not None else None,
        optimizer=optimizer,
        trained=trained,
        validation_split=validation_split,
    )


def _build(model: keras.Model, train: Any) -> None:
    """Build a model that waits for its first batch, as `fit` does."""
    if train is not None and not model.built:
        first = as_split("train", train, model, output_names(model)).take(2)
        with _run_errors(first):
            _call(model, first)


def _sample(model: keras.Model, graph: Graph | None, train: Split, rows: int) -> Split:
    if graph is None:
        return train.take(min(rows, _UNKNOWN_COST))
    # A fixed batch, which stateful layers have, is run as a whole.
    fixed = next((int(tensor.shape[0]) for tensor in model.inputs if tensor.shape[0] is not None), None)
    few = train.take(fixed or 2)
    with _run_errors(few), restored(model.non_trainable_variables):
        runner = Runner(graph, trained=True)
        runner.run(few)
    if fixed is not None:
        return few
    operations, numbers = cost(graph, runner.sizes)
    affordable = min(_MULTIPLY_ADDS / max(1.0, operations), _NUMBERS / max(1.0, numbers))
    return train.take(min(rows, max(_FEWEST, int(affordable))))


def _call(model: keras.Model, split: Split) -> Any:
    arrays = [keras.ops.convert_to_tensor(array) for array in split.inputs.values()]
    named = all(not name.startswith("input_") for name in split.inputs)
    if named:
        return model(dict(zip(split.inputs, arrays, strict=True)), training=False)
    return model(arrays[0] if len(arrays) == 1 else arrays, training=False)


@contextlib.contextmanager
def _run_errors(split: Split) -> Iterator[None]:
    """Turn whatever a model raises when it is run into an InputError."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # a stranger's layers raise anything
        received = ", ".join(f"{name} {array.shape} {array.dtype}" for name, array in split.inputs.items())
        reason = str(error).strip().split("\n", 1)[0]
        raise InputError(
            f"the model must run on the arrays. Received: {received}; it raised {type(error).__name__}: {reason}. "
            "Give arrays of the shape and type that the model's inputs read."
        ) from error
