"""FG015: layers that are frozen and should train."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from components.preflight.checks.applications import find_applications
from components.preflight.codes import FROZEN
from components.preflight.finding import Finding
from components.preflight.graph import Step
from components.preflight.parameters import initial_state, is_drawn, is_frozen, parameters
from components.preflight.subject import Subject

_NAMED = 3


def check_frozen_layers(subject: Subject) -> Iterator[Finding]:
    """Find a model with nothing to train, and frozen layers that hold nothing but their random initial values."""
    count = sum(int(variable.value.shape.num_elements()) for variable in subject.model.variables)
    if count and not subject.model.trainable_variables and not subject.trained:
        yield Finding(FROZEN, "model", f"0 of {count} weights train", {"trainable": 0.0, "weights": float(count)})
    noise = [step for group in _groups(subject) for step in _noise(group)]
    if noise:
        weights = sum(int(p.variable.value.shape.num_elements()) for step in noise for p in parameters(step.operation))
        names = ", ".join(step.name for step in noise[:_NAMED]) + (" and others" if len(noise) > _NAMED else "")
        yield Finding(
            FROZEN,
            f"layers {names}" if len(noise) > 1 else f"layer {names}",
            f"{len(noise)} frozen layers with {weights} weights are as initialised, at random",
            {"layers": float(len(noise)), "weights": float(weights)},
        )


def _groups(subject: Subject) -> list[list[Step]]:
    """Return frozen layers, those of one backbone together, each once."""
    if subject.graph is None:
        return []
    backbones = [list(found.steps) for found in find_applications(subject.graph)]
    belongs = {step: index for index, steps in enumerate(backbones) for step in steps}
    groups: dict[Any, dict[int, Step]] = {}
    for step in subject.steps:
        if is_frozen(step.operation):
            key = step.calls[0].model if step.calls else belongs.get(step, step)
            groups.setdefault(key, {})[id(step.operation)] = step
    return [list(group.values()) for group in groups.values()]


def _noise(group: list[Step]) -> list[Step]:
    """Return the layers at random initial values; a layer that has learnt speaks for the whole backbone."""
    states = [(step, initial_state(step.operation)) for step in group]
    if any(state is False for _, state in states):
        return []
    return [step for step, state in states if state and any(is_drawn(p) for p in parameters(step.operation))]
