"""Where branches that read different inputs of the model are joined."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from numpy.typing import NDArray

from components.preflight.graph import Graph, Step
from components.preflight.subject import Subject

_JOINING = frozenset({"Concatenate", "Add", "Average", "Subtract", "Maximum", "Minimum", "Multiply", "Dot"})
_NORMALIZING = frozenset(
    {"BatchNormalization", "LayerNormalization", "Normalization", "GroupNormalization", "UnitNormalization"}
    | {"RMSNormalization"}
)
HANDS_ON = frozenset({"Dropout", "Identity", "Flatten", "Reshape", "Activation", "GaussianNoise"})


@dataclasses.dataclass(frozen=True)
class Branch:
    """One tensor that is joined with others.

    Attributes:
        name: The layer or input that it comes from.
        slot: Its slot in the graph.
        value: Its values for the sample.
    """

    name: str
    slot: int
    value: NDArray


@dataclasses.dataclass(frozen=True)
class Join:
    """A layer that joins branches.

    Attributes:
        step: The layer.
        branches: What it joins, in its order.
        is_normalized: Whether everything that reads the join normalises it first.
    """

    step: Step
    branches: tuple[Branch, ...]
    is_normalized: bool


def joins(subject: Subject) -> Iterator[Join]:
    """Yield the layers that join branches which depend on different inputs of the model."""
    graph, trace = subject.graph, subject.trace
    if graph is None or trace is None or subject.train is None:
        return
    inputs = dict(zip(graph.inputs, subject.train.inputs, strict=True))
    for step in graph.steps:
        slots = [slot for slot in dict.fromkeys(step.inputs) if slot in trace.sizes and slot in trace.values]
        if step.type not in _JOINING or len({graph.sources(slot) for slot in slots}) < 2:
            continue
        branches = tuple(Branch(_name(graph, inputs, slot), slot, trace.values[slot]) for slot in slots)
        readers = graph.forward(step.outputs[0], HANDS_ON)
        yield Join(step, branches, bool(readers) and all(reader.type in _NORMALIZING for reader in readers))


def _name(graph: Graph, inputs: dict[int, str], slot: int) -> str:
    return f"layer {graph.producer[slot].name}" if slot in graph.producer else f"input {inputs[slot]}"
