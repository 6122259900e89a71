"""FG017: BatchNormalization that trains inside a frozen backbone."""

from __future__ import annotations

from collections.abc import Iterator

import keras

from components.preflight.codes import FROZEN_BATCH_NORM
from components.preflight.finding import Finding
from components.preflight.graph import Graph, Step
from components.preflight.parameters import is_frozen, is_trainable, parameters
from components.preflight.subject import Subject


def check_frozen_batch_norm(subject: Subject) -> Iterator[Finding]:
    """Find trainable normalisation between frozen layers, and frozen backbones that are called as in training."""
    if subject.graph is None:
        return
    trainable = [step for step in subject.steps if _is_norm(step) and is_trainable(step.operation)]
    inside = [step for step in trainable if _between_frozen(subject.graph, step)]
    if inside:
        yield Finding(
            FROZEN_BATCH_NORM,
            f"layer {inside[0].name}" + (" and others" if len(inside) > 1 else ""),
            f"{len(inside)} BatchNormalization layers train between frozen ones",
            {"layers": float(len(inside))},
        )
    for call in subject.graph.calls:
        steps = subject.graph.inside(call)
        norms = [step for step in steps if _is_norm(step)]
        weighted = [step for step in steps if parameters(step.operation)]
        if call.arguments.get("training") is True and norms and all(is_frozen(step.operation) for step in weighted):
            yield Finding(
                FROZEN_BATCH_NORM,
                f"model {call.model.name}",
                f"the frozen backbone with {len(norms)} BatchNormalization layers is called with training=True: "
                "they use each batch's statistics as soon as it is unfrozen, in serving too",
                {"layers": float(len(norms))},
            )


def _is_norm(step: Step) -> bool:
    return isinstance(step.operation, keras.layers.BatchNormalization)


def _between_frozen(graph: Graph, norm: Step) -> bool:
    """Tell whether the nearest other layers with parameters are frozen, on both sides or all in the same model."""
    for call in norm.calls:
        others = [step for step in graph.inside(call) if parameters(step.operation) and not _is_norm(step)]
        if others and all(is_frozen(step.operation) for step in others):
            return True
    above = next((s for s in reversed(graph.upstream(norm.inputs[0])) if parameters(s.operation)), None)
    return above is not None and is_frozen(above.operation) and _feeds_frozen(graph, norm)


def _feeds_frozen(graph: Graph, step: Step) -> bool:
    for reader in graph.consumers.get(step.outputs[0], []):
        if is_frozen(reader.operation) or (not parameters(reader.operation) and _feeds_frozen(graph, reader)):
            return True
    return False
