"""Read one run of a pipeline back from ML Metadata."""

from __future__ import annotations

import dataclasses
from typing import Any

from ml_metadata.proto import metadata_store_pb2

# As TFX names the contexts of a node's execution.
PIPELINE_CONTEXT = "pipeline"
RUN_CONTEXT = "pipeline_run"
NODE_CONTEXT = "node"
_State = metadata_store_pb2.Execution.State


@dataclasses.dataclass(frozen=True)
class NodeRun:
    """One node's execution in a run.

    Attributes:
        name: The node's id.
        state: MLMD's name of the state, as `COMPLETE`, `CACHED` or `FAILED`.
        seconds: From its registration to its last update; None where the orchestrator does not tell.
        outputs: Artifacts by output key.
        execution_id: MLMD's id of the execution.
    """

    name: str
    state: str
    seconds: float | None
    outputs: dict[str, list[Any]]
    execution_id: int

    @property
    def cached(self) -> bool:
        """Whether TFX's cache answered."""
        return self.state == "CACHED"

    @property
    def ended_well(self) -> bool:
        """Whether the node's outputs may be used."""
        return self.state in ("COMPLETE", "CACHED")


def read_run(store: Any, run_id: str) -> dict[str, NodeRun]:
    """Return the executions of a run by node, in the order in which they were registered.

    Args:
        store: An `ml_metadata.MetadataStore`.
        run_id: The run's id.
    """
    run = store.get_context_by_type_and_name(RUN_CONTEXT, run_id)
    executions = store.get_executions_by_context(run.id) if run is not None else []
    return {
        node.name: node
        for execution in sorted(executions, key=lambda e: e.id)
        for node in [_node_run(store, execution)]
    }


def _node_run(store: Any, execution: Any) -> NodeRun:
    contexts = store.get_contexts_by_execution(execution.id)
    qualified = next(context.name for context in contexts if context.type == NODE_CONTEXT)
    events = [
        event
        for event in store.get_events_by_execution_ids([execution.id])
        if event.type == metadata_store_pb2.Event.OUTPUT
    ]
    artifacts = {artifact.id: artifact for artifact in store.get_artifacts_by_id([e.artifact_id for e in events])}
    outputs: dict[str, list[Any]] = {}
    for event in events:
        outputs.setdefault(event.path.steps[0].key, []).append(artifacts[event.artifact_id])
    return NodeRun(
        name=qualified.rsplit(".", 1)[-1],
        state=_State.Name(execution.last_known_state),
        seconds=(execution.last_update_time_since_epoch - execution.create_time_since_epoch) / 1000,
        outputs=outputs,
        execution_id=execution.id,
    )


def close_orphans(store: Any, pipeline_name: str) -> int:
    """Mark executions that a killed run left RUNNING as CANCELED; call only while no other run goes on.

    Returns:
        How many there were.
    """
    pipeline = store.get_context_by_type_and_name(PIPELINE_CONTEXT, pipeline_name)
    if pipeline is None:
        return 0
    orphans = [
        execution
        for execution in store.get_executions_by_context(pipeline.id)
        if execution.last_known_state in (_State.RUNNING, _State.NEW)
    ]
    for execution in orphans:
        execution.last_known_state = _State.CANCELED
    if orphans:
        store.put_executions(orphans)
    return len(orphans)
