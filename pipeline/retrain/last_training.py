"""What was trained on last, from ML Metadata."""

from __future__ import annotations

from typing import Any

from pipeline import lineage
from pipeline.retrain.situation import Trained

_PUSHER, _INGEST = "Pusher", "PairedExampleGen"


def last_training(store: Any, pipeline_name: str) -> Trained | None:
    """Read which spans the last complete run of a pipeline was made of.

    A run is complete once its Pusher has ended, whatever it pushed: a model that was refused once is refused again.

    Args:
        store: An `ml_metadata.MetadataStore`.
        pipeline_name: The pipeline's name.

    Returns:
        None where no run was complete.
    """
    from components.paired_example_gen import counts

    pipeline = store.get_context_by_type_and_name(lineage.PIPELINE_CONTEXT, pipeline_name)
    executions = store.get_executions_by_context(pipeline.id) if pipeline is not None else []
    for execution in sorted(executions, key=lambda each: -each.id):
        if not execution.type.endswith(f".{_PUSHER}"):
            continue
        contexts = {each.type: each.name for each in store.get_contexts_by_execution(execution.id)}
        nodes = lineage.read_run(store, contexts[lineage.RUN_CONTEXT])
        if not all(name in nodes and nodes[name].ended_well for name in (_PUSHER, _INGEST)):
            continue
        examples = nodes[_INGEST].outputs["examples"][0]
        return Trained(
            run_id=contexts[lineage.RUN_CONTEXT],
            spans=tuple(counts.read_spans(examples)),
            fingerprint=counts.read_fingerprint(examples),
            at=execution.last_update_time_since_epoch / 1000,
        )
    return None
