"""FG007: a recurrent layer that runs over a single step."""

from __future__ import annotations

from collections.abc import Iterator

import keras

from components.preflight.codes import ONE_STEP_RECURRENCE
from components.preflight.finding import Finding
from components.preflight.graph import Step
from components.preflight.subject import Subject


def is_recurrent(step: Step) -> bool:
    """Tell whether a step runs over a sequence with a state."""
    return isinstance(step.operation, keras.layers.RNN | keras.layers.Bidirectional)


def check_one_step_recurrence(subject: Subject) -> Iterator[Finding]:
    """Find recurrent layers whose input has one step; a stateful one may be fed step by step and is left alone."""
    for step in subject.steps:
        if not is_recurrent(step) or _keeps_state(step):
            continue
        shape = tuple(step.node.input_tensors[0].shape)
        steps = shape[1]
        if steps is None and subject.trace is not None and step.inputs[0] in subject.trace.values:
            steps = subject.trace.values[step.inputs[0]].shape[1]
        if steps == 1:
            yield Finding(
                ONE_STEP_RECURRENCE,
                f"layer {step.name}",
                f"{step.type} reads a sequence of 1 step of {shape[-1]} numbers",
                {"steps": 1.0, "features": float(shape[-1] or 0)},
            )


def _keeps_state(step: Step) -> bool:
    layer = step.operation
    return bool(getattr(layer, "stateful", False) or getattr(getattr(layer, "forward_layer", None), "stateful", False))
