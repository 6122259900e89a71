"""What ML Metadata says is needed: the artifacts of runs and of pushed models, and all that they were made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2 as pb

from pipeline.lineage import RUN_CONTEXT


@dataclasses.dataclass(frozen=True)
class Needed:
    """Ids in ML Metadata.

    Attributes:
        artifacts: Of what is needed.
        executions: Of those that made it, and those of the runs.
    """

    artifacts: frozenset[int]
    executions: frozenset[int]


def find_needed(store: mlmd.MetadataStore, runs: Iterable[str], models: Iterable[int]) -> Needed:
    """Walk from runs and models back to everything that they were made from.

    Args:
        store: The metadata store.
        runs: Ids of runs that stay.
        models: Ids of artifacts that stay.
    """
    executions: set[int] = set()
    for run in runs:
        context = store.get_context_by_type_and_name(RUN_CONTEXT, run)
        if context is not None:
            executions |= {execution.id for execution in store.get_executions_by_context(context.id)}
    artifacts = {*models, *(event.artifact_id for event in _events(store, executions))}
    frontier = set(artifacts)
    while frontier:
        makers = {
            event.execution_id
            for event in store.get_events_by_artifact_ids(sorted(frontier))
            if event.type == pb.Event.OUTPUT
        }
        # TFX's cache serves an execution whose outputs are all there: what was made beside counts as well.
        frontier = {event.artifact_id for event in _events(store, makers)} - artifacts
        artifacts |= frontier
        executions |= makers
    return Needed(frozenset(artifacts), frozenset(executions))


def outputs_of(store: mlmd.MetadataStore, executions: Iterable[int]) -> list[Any]:
    """Return the artifacts that executions made."""
    ids = {event.artifact_id for event in _events(store, executions) if event.type == pb.Event.OUTPUT}
    return store.get_artifacts_by_id(sorted(ids)) if ids else []


def _events(store: mlmd.MetadataStore, executions: Iterable[int]) -> list[Any]:
    ids = sorted(executions)
    return store.get_events_by_execution_ids(ids) if ids else []
