"""What a clean-up keeps and removes, on a real metadata store and a real registry."""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from pathlib import Path

import pytest
from ml_metadata.proto import metadata_store_pb2 as pb

from components.errors import InputError
from components.live_model import registry
from components.live_model.files_digest import files_digest
from components.live_model.withdrawn import withdrawn
from pipeline.gc.collect import collect
from pipeline.gc.plan import Plan
from pipeline.load_config import load_config
from pipeline.output_lock import output_lock
from pipeline.roll_back import roll_back
from tests.pipeline.gc.gc_world import GcWorld

FIRST, SECOND, THIRD, REFUSED, CACHED = (f"2026010{day}-000000-000000" for day in range(1, 6))


def clean(gc_world: GcWorld, keep_runs: int = 1, keep_versions: int = 1, older_than_days: float = 0) -> Plan:
    limits = {"keep_runs": keep_runs, "keep_versions": keep_versions, "older_than_days": older_than_days}
    return collect(load_config(gc_world.registry.file, [f"gc.{key}={value}" for key, value in limits.items()]))


def runs(gc_world: GcWorld) -> list[str]:
    return sorted(path.name for path in (gc_world.output / "runs").iterdir())


def test_live_version_stays_with_all_that_it_came_from_and_older_ones_go(gc_world: GcWorld) -> None:
    before = files_digest(f"{gc_world.registry.models}/300")
    plan = clean(gc_world)
    assert registry.served_versions(gc_world.registry.models) == [300]
    assert files_digest(f"{gc_world.registry.models}/300") == before
    assert all(gc_world.live(THIRD).values())
    assert all(gc_world.live(CACHED).values())
    assert runs(gc_world) == [THIRD, CACHED]
    for gone in (FIRST, SECOND, REFUSED):
        assert not any(gc_world.live(gone).values())
        assert gc_world.artifact(gone, "model").state == pb.Artifact.DELETED
        assert not Path(gc_world.artifact(gone, "model").uri).exists()
    assert plan.size > 0
    assert {(each.name, each.why) for each in plan.kept} == {
        ("300", "live"),
        (THIRD, "version 300 came from it"),
        (CACHED, "one of the last 1"),
    }


def test_second_call_has_nothing_to_do(gc_world: GcWorld) -> None:
    clean(gc_world)
    plan = clean(gc_world)
    assert (plan.items, plan.artifacts) == ([], [])


def test_what_the_limits_keep_stays(gc_world: GcWorld) -> None:
    assert clean(gc_world, keep_runs=5, keep_versions=3).items == []
    assert clean(gc_world, older_than_days=1e6).items == []
    assert registry.served_versions(gc_world.registry.models) == [100, 200, 300]


def test_kept_version_can_be_rolled_back_to_and_a_removed_one_is_named_as_missing(gc_world: GcWorld) -> None:
    clean(gc_world, keep_versions=2)
    assert all(gc_world.live(SECOND).values())
    done = roll_back(gc_world.registry.config, None, "complaints")
    assert done.restored_from == 200
    assert gc_world.registry.weights(done.version) == 200
    assert Path(registry.reference_path(gc_world.registry.models, done.version), "summary.json").read_text() == "of 200"
    with pytest.raises(InputError, match="Received: 100"):
        roll_back(gc_world.registry.config, 100, "it is gone")


def test_lineage_of_a_version_that_was_put_back_stays_when_its_origin_goes(gc_world: GcWorld) -> None:
    done = roll_back(gc_world.registry.config, 100, "the first was best")
    clean(gc_world)
    assert registry.served_versions(gc_world.registry.models) == [done.version]
    assert all(live for key, live in gc_world.live(FIRST).items() if key != "pushed_model")
    assert FIRST in runs(gc_world)
    assert gc_world.registry.weights(done.version) == 100


def test_cache_serves_no_push_of_a_version_that_went_and_its_number_is_not_given_again(gc_world: GcWorld) -> None:
    clean(gc_world, keep_runs=5)
    assert gc_world.live(SECOND) == {"examples": True, "model": True, "model_run": True, "pushed_model": False}
    assert registry.read_record(gc_world.registry.models, 200) is not None
    assert registry.next_version(gc_world.registry.models, 150) == 301
    assert not Path(registry.reference_path(gc_world.registry.models, 200)).exists()


def test_model_that_was_rolled_back_stays_withdrawn(gc_world: GcWorld) -> None:
    back = roll_back(gc_world.registry.config, None, "300 is bad")
    for version in (back.version + 1, back.version + 2):
        gc_world.run(f"2026020{version - back.version}-000000-000000", version=version)
    before = set(withdrawn(gc_world.registry.models))
    plan = clean(gc_world)
    assert (
        set(withdrawn(gc_world.registry.models))
        == before
        == {registry.model_digest(f"{gc_world.registry.folder}/trained-300")}
    )
    assert registry.served_versions(gc_world.registry.models) == [back.version, back.version + 2]
    assert any("pushed again" in each.why for each in plan.kept)


def test_versions_of_another_pipeline_and_of_nobody_stay(gc_world: GcWorld) -> None:
    record = registry.read_record(gc_world.registry.models, 100)
    assert record is not None
    registry.write_record(gc_world.registry.models, dataclasses.replace(record, pipeline="other"))
    Path(registry.record_path(gc_world.registry.models, 200)).unlink()
    clean(gc_world)
    assert registry.served_versions(gc_world.registry.models) == [100, 200, 300]


def test_what_stands_in_another_registry_of_the_pipeline_keeps_what_it_came_from(gc_world: GcWorld) -> None:
    elsewhere = gc_world.registry.folder / "elsewhere" / "7"
    shutil.copytree(f"{gc_world.registry.models}/300", elsewhere)
    pushed = gc_world.artifact(REFUSED, "pushed_model")
    pushed.custom_properties["pushed_destination"].string_value = str(elsewhere)
    gc_world.store.put_artifacts([pushed])
    clean(gc_world)
    assert all(gc_world.live(REFUSED).values())


def test_folder_that_a_killed_run_left_without_an_artifact_goes(gc_world: GcWorld) -> None:
    orphan = gc_world.output / "artifacts" / "Trainer" / "model" / "999"
    orphan.mkdir()
    clean(gc_world, keep_runs=5, keep_versions=3)
    assert not orphan.exists()


def test_checkpoint_goes_once_no_run_that_stays_could_have_left_it(gc_world: GcWorld) -> None:
    old, new = (gc_world.output / "checkpoints" / name for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "state.npz").write_bytes(b"weights")
    long_ago = time.time() - 10 * 365 * 86_400
    for path in (old / "state.npz", old):
        os.utime(path, (long_ago, long_ago))
    clean(gc_world, keep_runs=5, keep_versions=3)
    assert (old.exists(), new.exists()) == (False, True)


def test_links_and_strange_folders_are_left_alone(gc_world: GcWorld, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("of somebody")
    (gc_world.output / "artifacts" / "Trainer" / "model" / "998").symlink_to(outside)
    (gc_world.output / "runs" / "20250101-000000-000000").symlink_to(outside)
    (gc_world.output / "runs" / "notes").mkdir()
    clean(gc_world)
    assert (outside / "file").read_text() == "of somebody"
    assert (gc_world.output / "runs" / "notes").is_dir()


def test_clean_up_waits_for_no_run_and_touches_nothing_of_it(gc_world: GcWorld) -> None:
    with output_lock(gc_world.output), pytest.raises(InputError, match="another run uses"):
        clean(gc_world)
    assert runs(gc_world) == [FIRST, SECOND, THIRD, REFUSED, CACHED]


def test_metadata_store_of_another_folder_is_refused_before_anything_goes(gc_world: GcWorld) -> None:
    (gc_world.output / "metadata.sqlite").unlink()
    with pytest.raises(InputError, match="must keep its metadata store"):
        clean(gc_world)
    assert registry.served_versions(gc_world.registry.models) == [100, 200, 300]


def test_folder_that_is_not_there_has_nothing_and_is_not_made(tmp_path: Path, gc_world: GcWorld) -> None:
    config = load_config(gc_world.registry.file, [f"output={tmp_path / 'none'}"])
    assert collect(config).items == []
    assert not (tmp_path / "none").exists()
