"""FG003: the loss is that of predictions that are all 0 or all 1."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from components.preflight.codes import SATURATED_LOSS
from components.preflight.finding import Finding
from components.preflight.loss_spec import BINARY
from components.preflight.subject import Subject

# -log(1e-7) = 16.118; float32 rounds 1 - 1e-7 to 1 - 1.19e-7, and -log(1.19e-7) = 15.942.
CLIPPED = 16.118
BAND = (15.8, 16.2)
_SATURATED = 1e-6


def check_saturated_loss(subject: Subject) -> Iterator[Finding]:
    """Find binary losses at 16.118 times the share of wrong answers."""
    if subject.trace is None or subject.sample is None:
        return
    for head in subject.heads:
        loss = subject.trace.losses.get(head.name)
        if head.loss is None or head.loss.family != BINARY or head.loss.from_logits or loss is None:
            continue
        predictions, labels = subject.trace.outputs[head.name], subject.sample.labels[head.name]
        for side, wrong in ((1, float(np.mean(labels == 0))), (0, float(np.mean(labels == 1)))):
            saturated = bool(np.all(np.abs(predictions - side) <= _SATURATED))
            if not saturated or wrong == 0 or not BAND[0] <= loss / wrong <= BAND[1]:
                continue
            yield Finding(
                SATURATED_LOSS,
                head.where,
                f"the loss of the answers is {loss:.3f} where {CLIPPED} x P(y = {1 - side}) = {CLIPPED * wrong:.3f}: "
                f"every prediction is {side}",
                {"loss": loss, "share": wrong, "loss_by_share": loss / wrong, "fingerprint": CLIPPED * wrong},
            )
