"""FG004: the loss reads the output as what it is not."""

from __future__ import annotations

from collections.abc import Iterator

from components.preflight.codes import ACTIVATION_AND_LOSS
from components.preflight.finding import Finding
from components.preflight.heads import Head
from components.preflight.loss_spec import BINARY
from components.preflight.subject import Subject

_PROBABILITY = {BINARY: frozenset({"sigmoid", "hard_sigmoid"})}
_SHARES = frozenset({"softmax"})
# What may stand where logits are read: log_softmax differs from logits by a constant alone.
_NO_LOGIT = frozenset({"sigmoid", "hard_sigmoid", "softmax", "relu", "relu6", "tanh", "softplus", "exponential"})
_TOLERANCE = 1e-3


def check_activation_and_loss(subject: Subject) -> Iterator[Finding]:
    """Find outputs whose activation the loss does not expect, by the graph or else by the predictions."""
    for head in subject.heads:
        if head.loss is None or head.loss.family is None or head.is_one_unit_softmax:
            continue
        sentence = _misfit(head)
        evidence = {"units": float(head.units or 0), "from_logits": float(head.loss.from_logits)}
        if sentence is None and head.activation is None and not head.loss.from_logits and subject.trace is not None:
            predictions = subject.trace.outputs[head.name]
            lowest, highest = float(predictions.min()), float(predictions.max())
            if lowest < -_TOLERANCE or highest > 1 + _TOLERANCE:
                sentence = f"predictions reach from {lowest:.4g} to {highest:.4g} where probabilities are read"
                evidence |= {"lowest": lowest, "highest": highest}
        if sentence is not None:
            yield Finding(ACTIVATION_AND_LOSS, head.where, f"{sentence}; the loss is {head.loss.name}", evidence)


def _misfit(head: Head) -> str | None:
    assert head.loss is not None
    if head.loss.family != BINARY and head.units == 1:
        return "1 unit where one per class is read"
    if head.activation is None:
        return None
    shown = f"activation {head.activation} over {head.units} units" if head.units else f"activation {head.activation}"
    if head.loss.from_logits:
        return f"{shown} where logits are read" if head.activation in _NO_LOGIT else None
    fits = _PROBABILITY.get(head.loss.family or "", _SHARES)
    return None if head.activation in fits else f"{shown} where probabilities are read"
