"""The real command as a process: alone, beside a second one, killed and stopped.

A corrupt span and an alert that waits make a call that works for as long as the test wants.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipeline.retrain.conftest import COMMAND, ROOT

WAIT = """
import pathlib, sys, time
sys.stdin.read()
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.05)
"""


def start(spans) -> subprocess.Popen[str]:
    command = [*COMMAND, str(spans.file)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(true: Callable[[], object]) -> None:
    """Wait for something that comes to pass, however slow the machine is."""
    while not true():
        time.sleep(0.05)


@pytest.fixture
def blocked(spans) -> Path:
    """A span that cannot be used, and an alert that waits for the file that is returned."""
    spans.add(1).write_bytes(b"garbage")
    go = spans.folder / "go"
    spans.config(retrain={"alert": {"command": [sys.executable, "-c", WAIT, str(go)], "timeout_s": 600}})
    return go


def test_nothing_new_is_one_line_and_exit_code_0(spans) -> None:
    (spans.data / "span-1").mkdir()
    spans.config()
    process = start(spans)
    out, err = process.communicate(timeout=1200)
    assert process.returncode == 0, err
    (line,) = out.splitlines()
    decision = json.loads(line)
    assert (decision["decision"], decision["empty"]) == ("nothing_new", [1])
    assert spans.decisions == [decision]


def test_data_root_that_is_gone_fails_with_an_alert(spans) -> None:
    told = spans.folder / "alert.json"
    write = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    spans.config(
        data={"root": str(spans.folder / "gone")},
        retrain={"alert": {"command": [sys.executable, "-c", write, str(told)]}},
    )
    process = start(spans)
    process.communicate(timeout=1200)
    assert process.returncode == 2
    (decision,) = spans.decisions
    assert (decision["outcome"], decision["alert"]) == ("failed", "command: sent")
    assert "must hold span-N folders" in json.loads(told.read_text())["said"]


def test_of_two_that_start_at_once_one_works_and_the_other_leaves(spans, blocked: Path) -> None:
    both = [start(spans), start(spans)]
    until(lambda: any(process.poll() is not None for process in both))
    (second,) = [process for process in both if process.poll() is not None]
    (first,) = [process for process in both if process is not second]
    _, err = second.communicate(timeout=600)
    assert second.returncode == 4
    assert len(err.strip().splitlines()) == 1
    assert f"process {first.pid} on " in err
    blocked.touch()
    out, _ = first.communicate(timeout=1200)
    assert first.returncode == 2
    assert spans.decisions == [json.loads(out)]


def test_call_that_was_killed_is_seen_and_told_by_the_next(spans, blocked: Path) -> None:
    killed = start(spans)
    state = spans.output / "retrain" / "state.json"
    until(state.exists)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=600)
    blocked.touch()
    process = start(spans)
    out, err = process.communicate(timeout=1200)
    assert process.returncode == 2
    assert f"A call was killed while it was deciding (process {killed.pid} on " in err
    of_the_killed, decision = spans.decisions
    assert of_the_killed["outcome"] == "interrupted"
    assert decision == json.loads(out)
    assert decision["resumed"]["pid"] == killed.pid
    assert json.loads(state.read_text())["phase"] == "ended"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_ends_in_an_orderly_way(spans, blocked: Path, number: signal.Signals) -> None:
    process = start(spans)
    until((spans.output / "retrain" / "state.json").exists)
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=1200)
    assert process.returncode == 130, err
    decision = json.loads(out)
    assert decision["outcome"] == "interrupted"
    assert decision["said"].startswith(f"Interrupted by {number.name}")
    assert spans.decisions == [decision]


def test_run_over_its_budget_is_ended_with_an_alert(spans) -> None:
    spans.add(1)
    told = spans.folder / "alert.json"
    write = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    alert = {"command": [sys.executable, "-c", write, str(told)]}
    spans.config(retrain={"min_new_pairs": 1, "budget_minutes": 0.01, "alert": alert})
    process = start(spans)
    out, _ = process.communicate(timeout=1200)
    assert process.returncode == 1
    decision = json.loads(out)
    assert (decision["decision"], decision["outcome"]) == ("retrain", "over_budget")
    assert json.loads(told.read_text())["outcome"] == "over_budget"
    assert spans.decisions == [decision]


def test_stop_while_the_pipeline_runs_ends_it_first(spans) -> None:
    spans.add(1)
    spans.config(retrain={"min_new_pairs": 1})
    process = start(spans)
    state = spans.output / "retrain" / "state.json"
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    until(lambda: state.exists() and "running" in state.read_text() and children.read_text())
    (child,) = children.read_text().split()
    os.kill(process.pid, signal.SIGTERM)
    out, err = process.communicate(timeout=1200)
    assert process.returncode == 130, err
    decision = json.loads(out)
    assert (decision["decision"], decision["outcome"], decision["window"]) == ("retrain", "interrupted", [1])
    assert not Path(f"/proc/{child}").exists()
