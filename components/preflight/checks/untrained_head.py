"""FG006: a model that counts as trained, with an output layer that is as it was initialised."""

from __future__ import annotations

from collections.abc import Iterator

from components.preflight.codes import UNTRAINED_HEAD
from components.preflight.finding import Finding
from components.preflight.parameters import at_initial_values, parameters
from components.preflight.subject import Subject


def check_untrained_head(subject: Subject) -> Iterator[Finding]:
    """Find output layers at their initial values."""
    if not subject.trained:
        return
    for head in subject.heads:
        # The one-unit softmax explains by itself why nothing was learnt.
        if head.is_one_unit_softmax or not at_initial_values(head.layer):
            continue
        weights = sum(int(parameter.variable.shape.num_elements()) for parameter in parameters(head.layer))
        evidence = {"weights": float(weights)}
        sentence = f"all {weights} weights of {head.layer.name} are as initialised"
        if subject.trace is not None:
            deviation = float(subject.trace.outputs[head.name].std(axis=0).max())
            evidence["spread"] = deviation
            sentence += f"; predictions have a standard deviation of {deviation:.3g}"
        yield Finding(UNTRAINED_HEAD, head.where, sentence, evidence)
