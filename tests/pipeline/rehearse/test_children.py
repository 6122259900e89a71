"""Rehearsals that are broken off: nothing outlives them, and nothing is tried again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pipeline.rehearse.children import Children, Stopped
from pipeline.rehearse.process_engine import ProcessEngine
from pipeline.rehearse.rehearse import rehearse
from pipeline.rehearse.settings import RehearsalSettings
from tests.pipeline.rehearse.small import Small

ROOT = Path(__file__).parents[3]


def wait_for(path: Path) -> int:
    for _ in range(600):
        if path.exists() and (text := path.read_text()):
            return int(text)
        time.sleep(0.05)
    raise AssertionError(f"{path} was not written")


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def sleeping(folder: Path) -> list[str]:
    """A command that writes its number and stays."""
    code = f"import os, time; open({str(folder / 'number')!r}, 'w').write(str(os.getpid())); time.sleep(300)"
    return [sys.executable, "-c", code]


def test_stop_ends_what_runs_and_lets_nothing_start(tmp_path: Path) -> None:
    children = Children()
    raised: list[BaseException] = []

    def run() -> None:
        try:
            children.run(sleeping(tmp_path), os.environ, tmp_path / "log")
        except Stopped as error:
            raised.append(error)

    task = threading.Thread(target=run)
    task.start()
    number = wait_for(tmp_path / "number")
    children.stop()
    task.join(30)
    assert len(raised) == 1 and gone(number)
    with pytest.raises(Stopped):
        children.run(["true"], os.environ, tmp_path / "log")


def test_error_while_tasks_run_ends_them_and_tries_none_again(tmp_path: Path) -> None:
    small = Small(tmp_path / "seen")
    small.task("stays")
    small.executors["stays_executor"]["container"] |= {"command": sleeping(tmp_path)}
    small.tasks["stays"]["retryPolicy"] = {"maxRetryCount": 5}
    small.task("ends")

    def say(_: object) -> None:
        wait_for(tmp_path / "number")
        raise KeyboardInterrupt

    settings = RehearsalSettings(tmp_path / "root", jobs=2)
    with pytest.raises(KeyboardInterrupt):
        rehearse(small.compiled(), settings, ProcessEngine(), say)
    assert gone(wait_for(tmp_path / "number"))
    assert len(list((tmp_path / "root" / "runs").rglob("stays/attempt-*.log"))) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_the_command_and_its_tasks(number: signal.Signals, tmp_path: Path) -> None:
    small = Small(tmp_path / "seen")
    small.task("stays")
    small.executors["stays_executor"]["container"] |= {"command": sleeping(tmp_path)}
    (tmp_path / "pipeline.yaml").write_text(small.compiled().to_yaml())
    call = [sys.executable, "-m", "pipeline.cli", "kubeflow", "rehearse", str(tmp_path / "pipeline.yaml")]
    with subprocess.Popen([*call, "--root", str(tmp_path / "root")], cwd=ROOT, stderr=subprocess.PIPE) as command:
        task = wait_for(tmp_path / "number")
        command.send_signal(number)
        _, said = command.communicate(timeout=60)
    assert command.returncode == 130
    assert b"Interrupted" in said and gone(task)
