"""Is a pipeline stuck on its baseline? Several runs in a row refused by nothing but a comparison with one version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ml_metadata.proto import metadata_store_pb2

from components.evaluator.executor import BASELINE_PROPERTY, BROKEN_PROPERTY
from components.evaluator.rule_names import DROP_KEYS

RUNS = 3
_EVALUATOR = ".Evaluator"
_EVALUATION = "evaluation"


def stuck_baseline(store: Any, pipeline_name: str) -> str:
    """Say that the last runs of a pipeline were refused by comparisons alone, against the same version.

    A version that was lucky on a small test split refuses all that come after it. Runs that TFX's cache answered are no
    evidence of their own and are passed over.

    Args:
        store: An `ml_metadata.MetadataStore`.
        pipeline_name: The pipeline's name.

    Returns:
        A sentence that names the way out, or an empty text where the pipeline is not stuck.

    Reference:
        TFX issue 4390.
    """
    count, version = 0, 0
    met: set[str] = set()
    for evaluation in _evaluations(store, pipeline_name):
        broken = set(filter(None, evaluation.custom_properties[BROKEN_PROPERTY].string_value.split(",")))
        against = evaluation.custom_properties[BASELINE_PROPERTY].int_value
        if not broken or not broken <= set(DROP_KEYS) or against != (version or against):
            break
        count, version = count + 1, against
        met |= broken
    if count < RUNS:
        return ""
    return (
        f"The last {count} evaluations were refused by {' and '.join(sorted(met))} alone, against version {version} "
        "each time. If that version was lucky on its test split, set it aside as a baseline: fusegate baseline reset "
        "--why '…'"
    )


def _evaluations(store: Any, pipeline_name: str) -> Iterator[Any]:
    """Yield the evaluations of a pipeline, the latest first."""
    pipeline = store.get_context_by_type_and_name("pipeline", pipeline_name)
    executions = store.get_executions_by_context(pipeline.id) if pipeline is not None else []
    complete = metadata_store_pb2.Execution.COMPLETE
    for execution in sorted(executions, key=lambda each: -each.id):
        if not execution.type.endswith(_EVALUATOR) or execution.last_known_state != complete:
            continue
        for event in store.get_events_by_execution_ids([execution.id]):
            output = event.type == metadata_store_pb2.Event.OUTPUT
            if output and event.path.steps and event.path.steps[0].key == _EVALUATION:
                yield from store.get_artifacts_by_id([event.artifact_id])
