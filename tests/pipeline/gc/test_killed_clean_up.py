"""A clean-up that is killed loses nothing, wherever it is killed, and the next one finishes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ml_metadata.proto import metadata_store_pb2 as pb

from components.live_model import registry
from components.live_model.files_digest import files_digest
from pipeline.gc.collect import collect
from pipeline.load_config import load_config
from tests.pipeline.gc.gc_world import GcWorld
from tests.pipeline.gc.test_collect import CACHED, FIRST, REFUSED, SECOND, THIRD

ROOT = Path(__file__).parents[3]


def look(gc_world: GcWorld, digests: dict[int, str]) -> None:
    """What must hold at any moment: every version is whole, and so is everything that the cache would serve."""
    for version in registry.served_versions(gc_world.registry.models):
        assert files_digest(f"{gc_world.registry.models}/{version}") == digests[version]
    assert registry.live_version(gc_world.registry.models) == 300
    assert all(gc_world.live(THIRD).values())
    assert all(gc_world.live(CACHED).values())
    for run in (FIRST, SECOND, REFUSED):
        gc_world.live(run)
        report = gc_world.output / "runs" / run
        assert not report.exists() or (report / "report.html").is_file()


@pytest.mark.slow
def test_clean_up_killed_at_every_file_that_it_touches_loses_nothing_and_is_finished_by_the_next(
    gc_world: GcWorld, tmp_path: Path
) -> None:
    digests = {version: files_digest(f"{gc_world.registry.models}/{version}") for version in (100, 200, 300)}
    pristine, records = tmp_path / "pristine", gc_world.output / "models" / "registry"
    shutil.copytree(gc_world.output, pristine)
    script = [sys.executable, str(Path(__file__).parent / "kill_clean_ups.py"), str(gc_world.registry.file)]
    with subprocess.Popen(
        [*script, str(gc_world.output), str(pristine)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        codes = []
        for line in process.stdout:
            codes.append(int(line))
            look(gc_world, digests)
            collect(
                load_config(gc_world.registry.file, ["gc.keep_runs=1", "gc.keep_versions=1", "gc.older_than_days=0"])
            )
            look(gc_world, digests)
            assert registry.served_versions(gc_world.registry.models) == [300]
            states = {
                gc_world.artifact(run, key).state for run in (FIRST, SECOND, REFUSED) for key in gc_world.runs[run]
            }
            assert states == {pb.Artifact.DELETED}
            assert not list(gc_world.output.glob(".gone-*"))
            assert not list(gc_world.output.rglob(".staging-*"))
            assert [path.name for path in records.iterdir() if path.is_dir()] == ["300.reference"]
            process.stdin.write("\n")
            process.stdin.flush()
    *killed, last = codes
    assert last == 0
    assert set(killed) == {-9}
    assert len(killed) > 20
