"""FG002: every input gets the same answer."""

from __future__ import annotations

from collections.abc import Iterator

from components.preflight.checks.spread import is_constant
from components.preflight.codes import CONSTANT_OUTPUT
from components.preflight.finding import Finding
from components.preflight.subject import Subject


def check_constant_output(subject: Subject) -> Iterator[Finding]:
    """Find outputs that do not depend on the input.

    A fresh output layer that starts at zero is constant too, and is meant: the output counts only if it is still
    constant after one small step.
    """
    if subject.trace is None or subject.sample is None:
        return
    if all(is_constant(array) for array in subject.sample.inputs.values()):
        return
    for head in subject.heads:
        predictions = subject.trace.outputs[head.name]
        if head.is_one_unit_softmax or not is_constant(predictions):
            continue
        # The trial step costs as much as three passes, so it is made only for an output that is constant.
        if subject.stepped is None or not is_constant(subject.stepped.outputs[head.name]):
            continue
        yield Finding(
            CONSTANT_OUTPUT,
            head.where,
            f"{len(predictions)} examples get answers from {predictions.min():g} to {predictions.max():g} "
            f"with a standard deviation of {predictions.std(axis=0).max():g}",
            {
                "examples": len(predictions),
                "lowest": float(predictions.min()),
                "highest": float(predictions.max()),
                "spread": float(predictions.std(axis=0).max()),
            },
        )
