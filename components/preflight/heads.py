"""The outputs of a model: activation, units and loss of each."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import keras

from components.errors import InputError
from components.preflight.graph import Graph, Step, as_functional
from components.preflight.loss_spec import LossSpec, loss_spec
from components.preflight.parameters import parameters

# Layers that hand values on as they are, whatever the shape.
_TRANSPARENT = frozenset(
    {"Reshape", "Flatten", "Dropout", "Identity", "Squeeze", "ExpandDims", "Cast", "Permute", "Transpose"}
)
_LINEAR = "linear"


@dataclasses.dataclass(frozen=True)
class Head:
    """One output of a model.

    Attributes:
        name: The output's name.
        index: Its place among the outputs.
        units: Size of the last axis, if known.
        activation: `sigmoid`, `softmax`, `linear` and so on; None where the graph does not tell.
        layer: The last layer with parameters before the output, if any.
        loss: Its loss, if any.
    """

    name: str
    index: int
    units: int | None
    activation: str | None
    layer: Any
    loss: LossSpec | None

    @property
    def is_one_unit_softmax(self) -> bool:
        """Whether the output is a softmax over one unit, which is 1 whatever the input."""
        return self.activation == "softmax" and self.units == 1

    @property
    def where(self) -> str:
        """The output in words."""
        return f"output {self.name}"


def output_names(model: keras.Model) -> list[str]:
    """Return the names of a model's outputs in Keras's order: the keys, where the model gives a dict."""
    functional = as_functional(model)
    if functional is None:
        return ["output"]
    if isinstance(functional.output, dict):
        keys = {id(tensor): key for key, tensor in functional.output.items()}
        return [keys[id(tensor)] for tensor in functional.outputs]
    names = list(functional.output_names)
    return names if len(set(names)) == len(names) else [f"output_{index}" for index in range(len(names))]


def heads(model: keras.Model, graph: Graph | None, loss: Any) -> list[Head]:
    """Describe every output of a model.

    Args:
        model: Any Keras model.
        graph: Its flat graph, if it has one.
        loss: One loss, a list or a dict of losses; None takes the compiled one.

    Returns:
        The outputs in Keras's order.
    """
    names = output_names(model)
    losses = _losses(model, names, loss)
    found = []
    for index, name in enumerate(names):
        activation, units, layer = (None, None, None) if graph is None else _describe(graph, graph.outputs[index])
        found.append(Head(name, index, units, activation, layer, losses.get(name)))
    return found


def _losses(model: keras.Model, names: list[str], loss: Any) -> dict[str, LossSpec | None]:
    given = loss if loss is not None else (model.loss if getattr(model, "compiled", False) else None)
    if isinstance(given, Mapping):
        functional = as_functional(model)
        aliases = dict(zip(functional.output_names, names, strict=True)) if functional is not None else {}
        unknown = [key for key in given if key not in names and key not in aliases]
        if unknown:
            raise InputError(
                f"loss must be named as the model's outputs ({', '.join(names)}). "
                f"Received: {', '.join(map(str, given))}. Rename {', '.join(map(str, unknown))}."
            )
        return {key if key in names else aliases[key]: loss_spec(value) for key, value in given.items()}
    if isinstance(given, list | tuple):
        if len(given) != len(names):
            raise InputError(
                f"a list of losses must hold one per output ({', '.join(names)}). Received: {len(given)}. "
                "Give None for an output without a loss."
            )
        return {name: loss_spec(value) for name, value in zip(names, given, strict=True)}
    return dict.fromkeys(names, loss_spec(given))


def _describe(graph: Graph, slot: int) -> tuple[str | None, int | None, Any]:
    step = graph.producer.get(slot)
    units = step.shape[-1] if step is not None and step.shape else None
    layer = next((above.operation for above in reversed(graph.upstream(slot)) if parameters(above.operation)), None)
    for step in graph.back(slot, _TRANSPARENT | {"Activation"}):
        activation = _activation(step)
        if activation == _LINEAR and step.type == "Activation":
            continue
        if activation is not None:
            # A slice of a softmax is no softmax over what is left.
            return (activation if step.shape[-1] == units else None), units, layer
    return None, units, layer


def _activation(step: Step) -> str | None:
    activation = getattr(step.operation, "activation", None)
    if callable(activation):
        return getattr(activation, "__name__", type(activation).__name__)
    if step.type in {"Softmax", "Sigmoid", "ReLU", "Relu", "Tanh", "LogSoftmax", "HardSigmoid"}:
        return {"ReLU": "relu", "LogSoftmax": "log_softmax", "HardSigmoid": "hard_sigmoid"}.get(
            step.type, step.type.lower()
        )
    return None
