"""FG013: values that are not finite or huge."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from components.preflight.codes import EXPLODING
from components.preflight.finding import Finding
from components.preflight.parameters import is_trainable
from components.preflight.subject import Subject

# Root mean square of an activation, and norm of a weight's gradient, from which on something is wrong.
_ACTIVATION = 1e4
_GRADIENT = 1e6


def check_exploding(subject: Subject) -> Iterator[Finding]:
    """Find the first place where values explode: an input, a layer, the loss or a gradient."""
    if subject.trace is None or subject.sample is None:
        return
    for name, array in subject.sample.inputs.items():
        bad = int(np.sum(~np.isfinite(array))) if array.dtype.kind == "f" else 0
        if bad:
            sentence = f"{bad} of {array.size} numbers are not finite"
            yield Finding(
                EXPLODING, f"input {name}", sentence, {"not_finite": float(bad), "numbers": float(array.size)}
            )
            return
    yield from list(_activations(subject))[:1] or list(_gradients(subject))[:1]


def _activations(subject: Subject) -> Iterator[Finding]:
    assert subject.trace is not None
    for step in subject.steps:
        for slot in step.outputs:
            size = subject.trace.sizes.get(slot)
            if size is None or (size.finite and (size.rms <= _ACTIVATION or not is_trainable(step.operation))):
                continue
            sentence = f"its activations have a root mean square of {size.rms:.3g}"
            yield Finding(EXPLODING, f"layer {step.name}", sentence, {"activation": size.rms})
    for head in subject.heads:
        predictions = subject.trace.outputs[head.name]
        bad = int(np.sum(~np.isfinite(predictions)))
        if bad:
            yield Finding(EXPLODING, head.where, f"{bad} predictions are not finite", {"not_finite": float(bad)})


def _gradients(subject: Subject) -> Iterator[Finding]:
    assert subject.trace is not None
    for name, loss in subject.trace.losses.items():
        if not math.isfinite(loss):
            yield Finding(EXPLODING, f"loss of {name}", f"the loss is {loss}", {"loss": loss})
    for path, norm in subject.trace.gradients.items():
        if not norm <= _GRADIENT:
            yield Finding(EXPLODING, f"weight {path}", f"the norm of its gradient is {norm:.3g}", {"gradient": norm})
