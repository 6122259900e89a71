"""A pipeline whose candidates are refused by one lucky baseline is seen, in a real metadata store."""

from __future__ import annotations

from pathlib import Path

import ml_metadata as mlmd
import pytest
from ml_metadata.proto import metadata_store_pb2 as pb

from components.evaluator.executor import BASELINE_PROPERTY, BROKEN_PROPERTY
from pipeline.stuck_baseline import stuck_baseline

DROP = "gate.max_drop"


class Store:
    """A metadata store of one pipeline whose Evaluator has run."""

    def __init__(self, folder: Path):
        config = pb.ConnectionConfig()
        config.sqlite.filename_uri = str(folder / "metadata.sqlite")
        config.sqlite.connection_mode = pb.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
        self.mlmd = mlmd.MetadataStore(config)
        kind = self.mlmd.put_context_type(pb.ContextType(name="pipeline"))
        self.mlmd.put_contexts([pb.Context(type_id=kind, name="tiny")])
        self._pipeline = self.mlmd.get_context_by_type_and_name("pipeline", "tiny")

    def evaluate(self, broken: str, version: int, state: int = pb.Execution.COMPLETE) -> None:
        name = pb.ExecutionType(name="components.evaluator.component.Evaluator")
        execution = pb.Execution(type_id=self.mlmd.put_execution_type(name), last_known_state=state)
        artifact = pb.Artifact(type_id=self.mlmd.put_artifact_type(pb.ArtifactType(name="ModelEvaluation")))
        artifact.custom_properties[BROKEN_PROPERTY].string_value = broken
        artifact.custom_properties[BASELINE_PROPERTY].int_value = version
        event = pb.Event(type=pb.Event.OUTPUT)
        event.path.steps.add(key="evaluation")
        self.mlmd.put_execution(execution, [(artifact, event)], [self._pipeline])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_three_refusals_in_a_row_against_one_version_name_the_way_out(store: Store) -> None:
    store.evaluate("", 16)
    for broken in (DROP, f"{DROP},gate.slices.max_drop", DROP):
        store.evaluate(broken, 17)
    told = stuck_baseline(store.mlmd, "tiny")
    assert told.startswith(
        "The last 3 evaluations were refused by gate.max_drop and gate.slices.max_drop alone, against version 17"
    )
    assert "fusegate baseline reset --why" in told


@pytest.mark.parametrize(
    "runs",
    [
        [(DROP, 17), (DROP, 17)],
        [(DROP, 17), (DROP, 17), ("gate.min_gain,gate.max_drop", 17)],
        [(DROP, 17), (DROP, 17), ("", 17), (DROP, 17)],
        [(DROP, 16), (DROP, 17), (DROP, 17)],
        [],
    ],
    ids=["too few", "the last one lacked more", "one was blessed between", "another version", "never run"],
)
def test_other_histories_are_not_stuck(store: Store, runs: list[tuple[str, int]]) -> None:
    for broken, version in runs:
        store.evaluate(broken, version)
    assert stuck_baseline(store.mlmd, "tiny") == ""


def test_what_the_cache_answered_is_no_evidence(store: Store) -> None:
    store.evaluate(DROP, 17)
    for _ in range(3):
        store.evaluate(DROP, 17, pb.Execution.CACHED)
    assert stuck_baseline(store.mlmd, "tiny") == ""


def test_pipeline_that_is_not_there_is_not_stuck(store: Store) -> None:
    assert stuck_baseline(store.mlmd, "another") == ""
