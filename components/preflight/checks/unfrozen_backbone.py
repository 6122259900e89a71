"""FG016: a pretrained backbone that trains at a high rate beside a fresh head."""

from __future__ import annotations

from collections.abc import Iterator

import keras

from components.preflight.checks.applications import find_applications
from components.preflight.codes import UNFROZEN_BACKBONE
from components.preflight.finding import Finding
from components.preflight.graph import Step
from components.preflight.parameters import at_initial_values, is_trainable, parameters
from components.preflight.subject import Subject

# Adaptive optimizers move every weight by about the learning rate in each step, SGD by its gradient's share.
_HIGH_RATE = 5e-4
_HIGH_RATE_SGD = 5e-3


def check_unfrozen_backbone(subject: Subject) -> Iterator[Finding]:
    """Find nested models and known backbones that hold learnt weights, all trainable, while the head is fresh."""
    if subject.graph is None or subject.trained or subject.optimizer is None:
        return
    rate = float(keras.ops.convert_to_numpy(subject.optimizer.learning_rate))
    if rate < (_HIGH_RATE_SGD if isinstance(subject.optimizer, keras.optimizers.SGD) else _HIGH_RATE):
        return
    heads = [head.layer for head in subject.heads if head.layer is not None]
    if not any(is_trainable(layer) and at_initial_values(layer) for layer in heads):
        return
    groups = {call.model.name: subject.graph.inside(call) for call in subject.graph.calls}
    groups |= {found.name: list(found.steps) for found in find_applications(subject.graph)}
    for name, steps in groups.items():
        weighted = _weighted(steps)
        if len(weighted) >= 2 and all(is_trainable(layer) and not at_initial_values(layer) for layer in weighted):
            yield Finding(
                UNFROZEN_BACKBONE,
                f"model {name}",
                f"{len(weighted)} layers with learnt weights train at a learning rate of {rate:g}",
                {"layers": float(len(weighted)), "learning_rate": rate},
            )


def _weighted(steps: list[Step]) -> list[keras.Layer]:
    layers = {id(step.operation): step.operation for step in steps if parameters(step.operation)}
    return list(layers.values())
