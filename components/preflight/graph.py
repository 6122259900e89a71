"""The flat graph of a functional model: nested models are opened, so that a check sees layers alone."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import keras
from keras.src.models.functional import Functional


@dataclasses.dataclass(frozen=True, eq=False)
class Call:
    """One call of a nested model.

    Attributes:
        model: The nested model.
        arguments: Keyword arguments that the call carries, such as `training`.
        inputs: Slots that enter it.
    """

    model: keras.Model
    arguments: dict[str, Any]
    inputs: tuple[int, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Step:
    """One call of a layer or operation.

    Attributes:
        operation: The layer or operation.
        node: Keras's record of the call, which holds its arguments.
        inputs: Slots of the tensors that it reads; a slot stands for one tensor of the flat graph.
        outputs: Slots of the tensors that it makes.
        calls: The calls of nested models that it is inside of, outermost first.
    """

    operation: Any
    node: Any
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    calls: tuple[Call, ...]

    @property
    def name(self) -> str:
        """The layer's name, with the nested models' before it."""
        return "/".join([*(call.model.name for call in self.calls), self.operation.name])

    @property
    def type(self) -> str:
        """The class of the layer or operation."""
        return type(self.operation).__name__

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Symbolic shape of the first output."""
        return tuple(self.node.output_tensors[0].shape)

    @property
    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of the call."""
        return self.node.arguments.kwargs

    def call_arguments(self, values: dict[int, Any]) -> tuple[tuple, dict[str, Any]]:
        """Return the call's arguments with tensors filled in.

        Args:
            values: Tensors by slot.
        """
        tensors = self.node.input_tensors
        return self.node.arguments.fill_in({id(t): values[slot] for t, slot in zip(tensors, self.inputs, strict=True)})


@dataclasses.dataclass(frozen=True)
class Graph:
    """The steps of a model in the order in which they run.

    Attributes:
        steps: The steps.
        inputs: Slots of the model's inputs, in Keras's order.
        input_dtypes: Their types.
        outputs: Slots of its outputs, likewise.
    """

    steps: tuple[Step, ...]
    inputs: tuple[int, ...]
    input_dtypes: tuple[str, ...]
    outputs: tuple[int, ...]

    @cached_property
    def producer(self) -> dict[int, Step]:
        """The step that makes a slot; the model's inputs have none."""
        return {slot: step for step in self.steps for slot in step.outputs}

    @cached_property
    def consumers(self) -> dict[int, list[Step]]:
        """The steps that read a slot."""
        readers: dict[int, list[Step]] = {}
        for step in self.steps:
            for slot in dict.fromkeys(step.inputs):
                readers.setdefault(slot, []).append(step)
        return readers

    @cached_property
    def _ancestors(self) -> dict[int, frozenset[int]]:
        found = {slot: frozenset([slot]) for slot in self.inputs}
        for step in self.steps:
            above = frozenset().union(*(found[slot] for slot in step.inputs))
            found.update({slot: above | {slot} for slot in step.outputs})
        return found

    def sources(self, slot: int) -> frozenset[int]:
        """Return the model inputs that a slot depends on."""
        return self._ancestors[slot] & frozenset(self.inputs)

    @cached_property
    def joined(self) -> frozenset[int]:
        """Slots that are read together with one that depends on other inputs of the model."""
        steps = (step for step in self.steps if len({self.sources(slot) for slot in step.inputs}) > 1)
        return frozenset(slot for step in steps for slot in step.inputs)

    def upstream(self, slot: int) -> list[Step]:
        """Return the steps that a slot depends on."""
        above = self._ancestors[slot]
        return [step for step in self.steps if above.intersection(step.outputs)]

    def back(self, slot: int, types: frozenset[str]) -> Iterator[Step]:
        """Yield the producers of a slot, nearest first, up to and with the first whose type is not in `types`."""
        while slot in self.producer:
            step = self.producer[slot]
            yield step
            if step.type not in types or not step.inputs:
                return
            slot = step.inputs[0]

    def forward(self, slot: int, types: frozenset[str]) -> list[Step]:
        """Return the first steps after a slot whose type is not in `types`."""
        found: list[Step] = []
        for step in self.consumers.get(slot, []):
            found += [step] if step.type not in types else self.forward(step.outputs[0], types)
        return found

    @cached_property
    def calls(self) -> list[Call]:
        """Every call of a nested model, each once."""
        return list(dict.fromkeys(call for step in self.steps for call in step.calls))

    def inside(self, call: Call) -> list[Step]:
        """Return the steps inside a call of a nested model."""
        return [step for step in self.steps if call in step.calls]


def as_functional(operation: Any) -> Functional | None:
    """Return the functional model that an operation is, or that a Sequential wraps; None for anything else."""
    if isinstance(operation, keras.Sequential):
        operation = operation._functional
    return operation if isinstance(operation, Functional) else None


def _transparent(operation: Any) -> Functional | None:
    functional = as_functional(operation)
    # With a `call` of its own the graph is not what runs.
    return functional if functional is not None and type(functional).call is Functional.call else None


def flat_graph(model: keras.Model) -> Graph | None:
    """Trace a model.

    Args:
        model: Any Keras model.

    Returns:
        Its flat graph, or None for a subclassed or unbuilt model, which has none.
    """
    functional = _transparent(model)
    if functional is None:
        return None
    tracer = _Tracer()
    inputs = tuple(next(tracer.slots) for _ in functional.inputs)
    outputs = tracer.walk(functional, inputs, ())
    return Graph(tuple(tracer.steps), inputs, tuple(tensor.dtype for tensor in functional.inputs), outputs)


class _Tracer:
    def __init__(self) -> None:
        self.slots = itertools.count()
        self.steps: list[Step] = []

    def walk(self, functional: Functional, inputs: tuple[int, ...], calls: tuple[Call, ...]) -> tuple[int, ...]:
        slots = {id(tensor): slot for tensor, slot in zip(functional.inputs, inputs, strict=True)}
        for depth in sorted(functional._nodes_by_depth, reverse=True):
            for node in functional._nodes_by_depth[depth]:
                if node.operation is None or (node.is_input and all(id(t) in slots for t in node.output_tensors)):
                    continue
                outputs = self._node(node, slots, calls)
                slots.update({id(t): slot for t, slot in zip(node.output_tensors, outputs, strict=True)})
        return tuple(slots[id(tensor)] for tensor in functional.outputs)

    def _node(self, node: Any, slots: dict[int, int], calls: tuple[Call, ...]) -> tuple[int, ...]:
        inner = _transparent(node.operation)
        if inner is not None:
            entering = tuple(slots[id(tensor)] for tensor in _entering(inner, node.arguments))
            return self.walk(inner, entering, (*calls, Call(node.operation, node.arguments.kwargs, entering)))
        outputs = tuple(next(self.slots) for _ in node.output_tensors)
        reads = tuple(slots[id(tensor)] for tensor in node.input_tensors)
        self.steps.append(Step(node.operation, node, reads, outputs, calls))
        return outputs


def _entering(inner: Functional, arguments: Any) -> list[Any]:
    given = arguments.args[0] if arguments.args else arguments.kwargs["inputs"]
    if isinstance(given, dict):
        if isinstance(inner.input, dict):
            return keras.tree.flatten({name: given[name] for name in inner.input})
        return [given[tensor.name] for tensor in inner.inputs]
    return keras.tree.flatten(given)
