"""FG008: padding at the end of a sequence, read as content."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from components.preflight.checks.one_step_recurrence import is_recurrent
from components.preflight.codes import PADDING_WITHOUT_MASK
from components.preflight.finding import Finding
from components.preflight.graph import Step
from components.preflight.subject import Subject

# Layers that keep the steps of a sequence where they are.
_STEPWISE = frozenset(
    {
        "Embedding",
        "Dropout",
        "SpatialDropout1D",
        "GaussianNoise",
        "GaussianDropout",
        "Activation",
        "ReLU",
        "Dense",
        "EinsumDense",
        "TimeDistributed",
        "LayerNormalization",
        "BatchNormalization",
        "LSTM",
        "GRU",
        "SimpleRNN",
        "Bidirectional",
    }
)
# Mean share of a row that is padding, from which on it counts.
_SHARE = 0.3


def check_padding_without_mask(subject: Subject) -> Iterator[Finding]:
    """Find recurrent layers and averages over steps that read trailing zeros without a mask."""
    if subject.trace is None or subject.graph is None:
        return
    for step in subject.steps:
        if not (is_recurrent(step) or _averages_steps(step)) or not step.inputs:
            continue
        slot = step.inputs[0]
        if slot in subject.trace.masked or step.arguments.get("mask") is not None:
            continue
        for above in [step, *subject.graph.back(slot, _STEPWISE)]:
            slot = above.inputs[0] if above is step or above.type in _STEPWISE else slot
        source = subject.trace.values.get(slot)
        if source is None or slot not in subject.graph.inputs or source.ndim not in (2, 3) or source.shape[1] < 2:
            continue
        share = trailing_zeros(source)
        if share >= _SHARE:
            yield Finding(
                PADDING_WITHOUT_MASK,
                f"layer {step.name}",
                f"{share:.0%} of the steps that {step.type} reads are zeros at the end of a row; no mask reaches it",
                {"padding": share, "steps": float(source.shape[1])},
            )


def trailing_zeros(rows: NDArray) -> float:
    """Return the mean share of steps that lie after the last one with content.

    Args:
        rows: Shape (n, steps) or (n, steps, features).
    """
    content = rows != 0 if rows.ndim == 2 else np.any(rows != 0, axis=-1)
    after = np.where(content.any(axis=1), np.argmax(content[:, ::-1], axis=1), content.shape[1])
    return float(after.mean() / content.shape[1])


def _averages_steps(step: Step) -> bool:
    if step.type == "Mean":
        return getattr(step.operation, "axis", None) in (1, -2) and len(step.node.input_tensors[0].shape) == 3
    return step.type == "GlobalAveragePooling1D"
