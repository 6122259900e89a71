"""A clean-up between real runs: the cache serves what was kept, and what is gone is computed again."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from components.live_model import registry
from components.receipt.find import find_receipt
from components.receipt.verify import verify_receipt
from pipeline.config import Config
from pipeline.local import Run, run_local
from pipeline.roll_back import roll_back
from tests.pipeline.conftest import World

pytestmark = [pytest.mark.pipeline, pytest.mark.slow]

# What one setting of the training changes, apart from what depends on the registry.
UPSTREAM = ("ImportSchemaGen", "PairedExampleGen", "StatisticsGen", "ExampleValidator", "FrozenFeatures", "Transform")


@dataclasses.dataclass(frozen=True)
class History:
    """An output folder in which three models were pushed.

    Attributes:
        config: Makes the configuration of a number of epochs.
        runs: Those of 1, 2 and 3 epochs.
        versions: What they pushed.
    """

    config: Callable[[int], Config]
    runs: list[Run]
    versions: list[int]

    @property
    def models(self) -> Path:
        return self.config(1).models


def disagreeing(folder: Path) -> list[str]:
    found = find_receipt(folder)
    return [f"{check.name}: {check.said}" for check in verify_receipt(found.folder, found.pushed) if not check.agrees]


@pytest.fixture(scope="module")
def history(world: World) -> History:
    """The history after `fusegate gc`, which has kept one run and two versions."""

    def config(epochs: int) -> Config:
        return world.config(*overrides, f"train.epochs={epochs}")

    overrides = [f"output={world.folder / 'cleaned'}", "serving.check=false"]
    runs = [run_local(config(epochs)) for epochs in (1, 2, 3)]
    made = History(config, runs, registry.served_versions(str(config(1).models)))
    options = ["--keep-runs", "1", "--keep-versions", "2", "--older-than", "0", "--yes"]
    arguments = ["gc", "--config", str(world.file), *(part for each in overrides for part in ("--set", each)), *options]
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"goes   version {made.versions[0]}" in done.stdout
    return made


def states(run: Run) -> dict[str, str]:
    assert run.failure is None
    return {name: node.state for name, node in run.nodes.items()}


def test_first_run_and_its_version_went_and_the_others_are_whole(history: History) -> None:
    first, *others = history.runs
    assert len(history.versions) == 3
    assert registry.served_versions(str(history.models)) == history.versions[1:]
    assert not first.folder.exists()
    assert not Path(first.nodes["Trainer"].outputs["model"][0].uri).exists()
    for run, version in zip(others, history.versions[1:], strict=True):
        assert disagreeing(run.folder) == []
        assert disagreeing(history.models / str(version)) == []
        for node in run.nodes.values():
            assert all(Path(artifact.uri).is_dir() for made in node.outputs.values() for artifact in made)


def test_cache_serves_what_was_kept(history: History) -> None:
    found = states(run_local(history.config(3)))
    assert {name: found[name] for name in (*UPSTREAM, "Trainer")} == dict.fromkeys((*UPSTREAM, "Trainer"), "CACHED")


def test_what_is_gone_is_computed_again_and_no_more_than_that(history: History) -> None:
    run = run_local(history.config(1))
    found = states(run)
    assert {name: found[name] for name in UPSTREAM} == dict.fromkeys(UPSTREAM, "CACHED")
    assert (found["Trainer"], found["Pusher"]) == ("COMPLETE", "COMPLETE")
    live = registry.live_version(str(history.models))
    assert live is not None
    assert live not in history.versions
    assert disagreeing(history.models / str(live)) == []


def test_kept_version_is_rolled_back_to_and_the_next_run_compares_with_it(history: History) -> None:
    done = roll_back(history.config(3), history.versions[1], "the second was best")
    run = run_local(history.config(3))
    assert states(run)["Trainer"] == "CACHED"
    live = run.nodes["LiveModel"].outputs["model"][0]
    assert live.custom_properties["live_version"].int_value == done.version
