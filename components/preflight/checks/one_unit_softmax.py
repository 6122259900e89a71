"""FG001: a softmax over one unit."""

from __future__ import annotations

from collections.abc import Iterator

from components.preflight.codes import ONE_UNIT_SOFTMAX
from components.preflight.finding import Finding
from components.preflight.subject import Subject


def check_one_unit_softmax(subject: Subject) -> Iterator[Finding]:
    """Find outputs that are 1 by construction."""
    for head in subject.heads:
        if not head.is_one_unit_softmax:
            continue
        evidence = {"units": 1.0}
        sentence = "the softmax runs over 1 unit"
        if subject.trace is not None:
            predictions = subject.trace.outputs[head.name]
            evidence |= {"lowest": float(predictions.min()), "highest": float(predictions.max())}
            sentence += (
                f"; the model answers {predictions.min():g} to {predictions.max():g} on {len(predictions)} examples"
            )
        yield Finding(ONE_UNIT_SOFTMAX, head.where, sentence, evidence)
