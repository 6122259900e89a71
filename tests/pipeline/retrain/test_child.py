"""Real child processes: within their budget, over it, and when their parent is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.retrain import child
from pipeline.retrain.child import run_child
from tests.pipeline.retrain.conftest import ROOT
from tests.pipeline.retrain.test_command import until

ORDERLY = """
import pathlib, sys, time
path = pathlib.Path(sys.argv[1])
try:
    path.with_suffix(".started").touch()
    time.sleep(600)
except KeyboardInterrupt:
    path.write_text("put away")
    sys.exit(130)
"""
STUBBORN = """
import os, pathlib, signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} {other.pid}")
time.sleep(600)
"""
PARENT = """
import sys
from pipeline.retrain.child import run_child
run_child([sys.executable, "-c", sys.argv[1], sys.argv[2]], None)
"""
STOPPABLE = """
import sys
from pipeline.retrain.child import run_child
from pipeline.retrain.stoppable import stoppable
with stoppable():
    run_child([sys.executable, "-c", sys.argv[1], sys.argv[2]], None)
"""
WATCHING = "from pipeline.end_with_stdin import watch_stdin; watch_stdin()\n"


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has waited for has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize(("code", "wanted"), [("3", 3), ("0", 0)])
def test_exit_code_is_passed_on(code: str, wanted: int) -> None:
    assert run_child([sys.executable, "-c", f"import sys; sys.exit({code})"], 60) == wanted


def test_death_by_a_signal_is_negative() -> None:
    assert run_child([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], None) == -signal.SIGKILL


def test_child_over_its_budget_may_put_things_away(tmp_path: Path) -> None:
    assert run_child([sys.executable, "-c", ORDERLY, str(tmp_path / "it")], 2.0) is None
    assert (tmp_path / "it").read_text() == "put away"


def test_child_that_does_not_end_is_killed_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_STEPS", ((signal.SIGINT, 0.2), (signal.SIGTERM, 0.2), (signal.SIGKILL, 10.0)))
    assert run_child([sys.executable, "-c", STUBBORN, str(tmp_path / "pids")], 3.0) is None
    both = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    until(lambda: all(map(is_gone, both)))


def test_child_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    code = WATCHING + ORDERLY
    parent = subprocess.Popen([sys.executable, "-c", PARENT, code, str(tmp_path / "it")], cwd=ROOT)
    until((tmp_path / "it.started").exists)
    parent.send_signal(signal.SIGKILL)
    parent.wait(60)
    until((tmp_path / "it").exists)


def test_child_that_does_not_hear_is_killed_after_its_parent(tmp_path: Path) -> None:
    code = WATCHING.replace("watch_stdin()\n", "watch_stdin(0.2)\n") + STUBBORN
    parent = subprocess.Popen([sys.executable, "-c", PARENT, code, str(tmp_path / "pids")], cwd=ROOT)
    until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text())
    parent.send_signal(signal.SIGKILL)
    parent.wait(60)
    both = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    until(lambda: all(map(is_gone, both)))


def test_stop_of_the_parent_ends_the_child_first(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STOPPABLE, ORDERLY, str(tmp_path / "it")]
    parent = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    until((tmp_path / "it.started").exists)
    os.kill(parent.pid, signal.SIGTERM)
    parent.wait(60)
    assert (tmp_path / "it").read_text() == "put away"
