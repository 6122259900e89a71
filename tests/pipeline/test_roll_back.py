"""Rollback and baseline reset on a real registry, a real metadata store and the real LiveModel."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import ml_metadata as mlmd
import pytest
from ml_metadata.proto import metadata_store_pb2 as pb
from tfx.types import standard_artifacts

from components.errors import InputError
from components.live_model import registry
from components.live_model.executor import Executor
from components.live_model.withdrawn import withdrawn
from pipeline import cli, lineage, metadata
from pipeline.output_lock import output_lock
from pipeline.reset_baseline import reset_baseline
from pipeline.roll_back import roll_back
from tests.pipeline.registry_world import RegistryWorld, make_registry_world


@pytest.fixture
def world(tmp_path: Path) -> RegistryWorld:
    """Three pushes of three models; version 30 is live."""
    world = make_registry_world(tmp_path)
    for version in (10, 20, 30):
        world.push(version, float(version))
    return world


def emit(world: RegistryWorld, name: str) -> standard_artifacts.Model:
    """Let the real LiveModel say what the next run compares with."""
    live = standard_artifacts.Model()
    live.uri = str(world.folder / name)
    Executor().Do({}, {"model": [live]}, {"destination": world.models})
    return live


def store(world: RegistryWorld) -> mlmd.MetadataStore:
    return mlmd.MetadataStore(metadata.connection_config(world.config))


def test_rollback_publishes_the_version_before_under_a_higher_number_and_deletes_nothing(world: RegistryWorld) -> None:
    done = roll_back(world.config, None, "complaints")
    assert (done.restored_from, done.replaced) == (20, 30)
    assert registry.served_versions(world.models) == [10, 20, 30, done.version]
    assert world.weights(done.version) == 20
    record = registry.read_record(world.models, done.version)
    assert record is not None
    assert (record.restored_from, record.why, record.version) == (20, "complaints", done.version)
    assert record.replaced_digest == registry.model_digest(f"{world.models}/30")
    assert set(withdrawn(world.models)) == {record.replaced_digest}
    reference = Path(registry.reference_path(world.models, done.version))
    assert (reference / "summary.json").read_text() == "of 20"


def test_next_run_compares_with_what_was_put_back(world: RegistryWorld) -> None:
    before = registry.registry_fingerprint(world.models)
    done = roll_back(world.config, 10, "complaints")
    assert registry.registry_fingerprint(world.models) != before
    live = emit(world, "live")
    assert live.get_int_custom_property("live_version") == done.version
    assert (Path(live.uri) / "reference" / "summary.json").read_text() == "of 10"
    assert registry.model_digest(f"{live.uri}/Format-Serving") == registry.model_digest(f"{world.models}/10")


def test_second_rollback_goes_further_back_and_not_to_what_was_rolled_back_from(world: RegistryWorld) -> None:
    assert roll_back(world.config, None, "30 is bad").restored_from == 20
    assert roll_back(world.config, None, "20 is bad too").restored_from == 10
    with pytest.raises(InputError, match="needs an older version"):
        roll_back(world.config, None, "10 as well")
    assert roll_back(world.config, 30, "30 was the best of them").restored_from == 30


def test_rollback_is_a_run_in_ml_metadata_with_its_reason_and_the_pushed_model(world: RegistryWorld) -> None:
    done = roll_back(world.config, None, "complaints")
    record = registry.read_record(world.models, done.version)
    assert record is not None
    nodes = lineage.read_run(store(world), record.run_id)
    assert nodes["Rollback"].state == "COMPLETE"
    [pushed] = nodes["Rollback"].outputs["pushed_model"]
    assert pushed.custom_properties["pushed_destination"].string_value == f"{world.models}/{done.version}"
    assert pushed.custom_properties["restored_from"].int_value == 20
    assert pushed.custom_properties["why"].string_value == "complaints"
    [execution] = store(world).get_executions_by_id([nodes["Rollback"].execution_id])
    assert execution.custom_properties["why"].string_value == "complaints"
    # A second rollback from there finds that model as its input.
    again = roll_back(world.config, 30, "no, 30")
    third = roll_back(world.config, done.version, "yes, 20")
    record = registry.read_record(world.models, third.version)
    assert record is not None and record.restored_from == done.version
    [node] = lineage.read_run(store(world), record.run_id).values()
    events = store(world).get_events_by_execution_ids([node.execution_id])
    assert pushed.id in {event.artifact_id for event in events}
    assert again.version < third.version


@pytest.mark.parametrize(
    ("to", "why", "rule"),
    [
        (25, "why not", "--to must be a version in .* There are: 10, 20, 30"),
        (30, "why not", "another model than the live one"),
        (10, "  ", "must have a reason"),
    ],
)
def test_rollback_that_makes_no_sense_changes_nothing(world: RegistryWorld, to: int, why: str, rule: str) -> None:
    with pytest.raises(InputError, match=rule) as error:
        roll_back(world.config, to, why)
    assert "Received: " in str(error.value)
    assert registry.served_versions(world.models) == [10, 20, 30]


def test_only_version_cannot_be_rolled_back_and_nothing_live_neither(tmp_path: Path) -> None:
    world = make_registry_world(tmp_path)
    with pytest.raises(InputError, match="a model must be live"):
        roll_back(world.config, None, "complaints")
    world.push(10, 1.0)
    with pytest.raises(InputError, match="needs an older version"):
        roll_back(world.config, None, "complaints")


def test_version_whose_files_have_changed_is_not_put_back(world: RegistryWorld) -> None:
    (Path(world.models) / "20" / "saved_model.pb").write_bytes(b"other")
    with pytest.raises(InputError, match="must be as it was pushed"):
        roll_back(world.config, None, "complaints")
    assert registry.live_version(world.models) == 30
    [execution] = store(world).get_executions()
    assert execution.last_known_state == pb.Execution.FAILED


def test_registry_is_not_changed_under_a_run(world: RegistryWorld) -> None:
    with output_lock(world.config.output):
        for change in (lambda: roll_back(world.config, None, "now"), lambda: reset_baseline(world.config, "now")):
            with pytest.raises(InputError, match="one run at a time"):
                change()
    assert registry.live_version(world.models) == 30


def test_baseline_reset_is_told_to_the_next_run_and_spent_by_the_next_version(world: RegistryWorld) -> None:
    before = registry.registry_fingerprint(world.models)
    assert reset_baseline(world.config, "a lucky test split") == 30
    assert registry.registry_fingerprint(world.models) != before
    live = emit(world, "set-aside")
    assert live.get_int_custom_property("live_version") == 30
    assert live.get_string_custom_property("baseline_set_aside") == "a lucky test split"
    assert (Path(live.uri) / "Format-Serving" / "saved_model.pb").exists()
    [execution] = store(world).get_executions()
    assert execution.custom_properties["version"].int_value == 30
    world.push(40, 40.0)
    assert not emit(world, "spent").get_string_custom_property("baseline_set_aside")


def test_models_lists_versions_with_what_became_of_them(
    world: RegistryWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = roll_back(world.config, None, "complaints")
    reset_baseline(world.config, "a lucky test split")

    def models(*options: str) -> str:
        monkeypatch.setattr(sys, "argv", ["fusegate", "models", "--config", str(world.file), *options])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code
        return capsys.readouterr().out

    rows = [json.loads(line) for line in models("--json").splitlines()]
    assert [row["version"] for row in rows] == [done.version, 30, 20, 10]
    assert [row["live"] for row in rows] == [True, False, False, False]
    assert (rows[0]["restored_from"], rows[0]["set_aside"]) == (20, "a lucky test split")
    [live] = [line for line in models().splitlines() if line.startswith("live")]
    assert "restored from 20: complaints; set aside as a baseline: a lucky test split" in live
