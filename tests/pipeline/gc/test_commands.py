"""`fusegate gc` as a process, and every command of docs/gc.md as it stands there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from components.live_model import registry
from tests.docs.page_commands import ROOT, page_commands, run_command
from tests.pipeline.gc.gc_world import GcWorld


def gc(gc_world: GcWorld, *options: str, answer: str | None = None) -> subprocess.CompletedProcess[str]:
    """Call it; with an answer, on a terminal."""
    words = [sys.executable, "-m", "pipeline.cli", "gc", "--config", str(gc_world.registry.file), *options]
    if answer is not None:
        words = ["script", "--quiet", "--return", "--command", " ".join(words), "/dev/null"]
    return subprocess.run(
        words,
        input=answer or "",
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


ALL = ("--keep-runs", "1", "--keep-versions", "1", "--older-than", "0")


def test_dry_run_says_what_stays_and_goes_and_removes_nothing(gc_world: GcWorld) -> None:
    done = gc(gc_world, *ALL, "--dry-run")
    assert done.returncode == 0
    assert "stays  version 300: live" in done.stdout
    assert "goes   version 100 (2 folders): " in done.stdout
    assert "goes   artifacts of Trainer (" in done.stdout
    assert "would go; nothing was removed" in done.stdout
    assert registry.served_versions(gc_world.registry.models) == [100, 200, 300]
    assert all(gc_world.live("20260101-000000-000000").values())


@pytest.mark.parametrize(("answer", "left"), [("n\n", [100, 200, 300]), ("y\n", [300])])
def test_removal_on_a_terminal_is_asked_for(gc_world: GcWorld, answer: str, left: list[int]) -> None:
    done = gc(gc_world, *ALL, answer=answer)
    assert done.returncode == 0
    assert "Remove " in done.stdout
    assert registry.served_versions(gc_world.registry.models) == left


def test_removal_without_a_terminal_needs_yes(gc_world: GcWorld) -> None:
    done = gc(gc_world, *ALL)
    assert done.returncode == 2
    assert "Give --yes" in done.stderr
    assert registry.served_versions(gc_world.registry.models) == [100, 200, 300]
    assert gc(gc_world, *ALL, "--yes").returncode == 0
    assert registry.served_versions(gc_world.registry.models) == [300]
    assert gc(gc_world, *ALL).stdout.endswith("Nothing goes\n")


@pytest.mark.parametrize("options", [("--keep-runs", "0"), ("--keep-versions", "0"), ("--older-than", "-1")])
def test_limit_that_would_keep_nothing_is_refused(gc_world: GcWorld, options: tuple[str, str]) -> None:
    done = gc(gc_world, *options, "--yes")
    assert done.returncode == 2
    assert f"Received: {options[1]}" in done.stderr


def test_commands_of_the_page_work_one_after_the_other(gc_world: GcWorld) -> None:
    folder: Path = gc_world.registry.folder
    (folder / "configs").mkdir()
    (folder / "configs" / "lite.yaml").write_text(gc_world.registry.file.read_text())
    lines = page_commands("gc.md")
    said = [run_command(line, folder) for line in lines]
    assert [each.splitlines()[-1] for each in said] == ["Nothing goes"] * 3
    assert "stays  version 300: live" in said[0]
