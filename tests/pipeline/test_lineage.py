"""Runs are read back from a real metadata store."""

from __future__ import annotations

import ml_metadata as mlmd
import pytest
from ml_metadata.proto import metadata_store_pb2 as pb

from pipeline import lineage
from pipeline.local import _unseen_failure


@pytest.fixture
def store(tmp_path) -> mlmd.MetadataStore:
    config = pb.ConnectionConfig()
    config.sqlite.filename_uri = str(tmp_path / "metadata.sqlite")
    config.sqlite.connection_mode = pb.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
    return mlmd.MetadataStore(config)


def register(store: mlmd.MetadataStore, run_id: str, node: str, state: int) -> None:
    """Put an execution there as TFX does, with its pipeline, run and node contexts."""
    contexts = []
    for kind, name in (("pipeline", "tiny"), ("pipeline_run", run_id), ("node", f"tiny.{node}")):
        existing = store.get_context_by_type_and_name(kind, name)
        if existing is None:
            type_id = store.put_context_type(pb.ContextType(name=kind))
            [context_id] = store.put_contexts([pb.Context(type_id=type_id, name=name)])
        else:
            context_id = existing.id
        contexts.append(context_id)
    type_id = store.put_execution_type(pb.ExecutionType(name=node))
    [execution] = store.put_executions([pb.Execution(type_id=type_id, last_known_state=state)])
    store.put_attributions_and_associations(
        [], [pb.Association(execution_id=execution, context_id=context) for context in contexts]
    )


def test_failed_execution_fails_the_run_whatever_the_runner_returned(store) -> None:
    register(store, "run-1", "Trainer", pb.Execution.COMPLETE)
    register(store, "run-1", "Evaluator", pb.Execution.FAILED)
    failure = _unseen_failure(lineage.read_run(store, "run-1"), ["Trainer", "Evaluator"])
    assert failure is not None
    assert "Evaluator is FAILED" in str(failure)
    assert failure.exit_code == 1


def test_node_that_never_ran_fails_the_run(store) -> None:
    register(store, "run-1", "Trainer", pb.Execution.CACHED)
    failure = _unseen_failure(lineage.read_run(store, "run-1"), ["Trainer", "Pusher"])
    assert failure is not None
    assert "Pusher did not run" in str(failure)


def test_run_whose_nodes_ended_well_has_no_failure(store) -> None:
    register(store, "run-1", "Trainer", pb.Execution.FAILED)
    register(store, "run-2", "Trainer", pb.Execution.COMPLETE)
    assert _unseen_failure(lineage.read_run(store, "run-2"), ["Trainer"]) is None


def test_executions_of_a_killed_run_are_closed(store) -> None:
    register(store, "run-1", "Trainer", pb.Execution.RUNNING)
    assert lineage.close_orphans(store, "tiny") == 1
    assert lineage.read_run(store, "run-1")["Trainer"].state == "CANCELED"
    assert lineage.close_orphans(store, "tiny") == 0
