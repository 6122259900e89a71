"""`fusegate kubeflow submit|schedule|runs|pause` as they are typed, against a server on the loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from pipeline import cli
from tests.pipeline.kubeflow_client import strict
from tests.pipeline.kubeflow_client.compile_memes import compile_memes
from tests.pipeline.kubeflow_client.server import World, serve

Typed = Callable[..., int]
DATA = ("--param", "data_root=/data")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("KF_PIPELINES_TOKEN", "KF_PIPELINES_IAP_OAUTH2_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)
    with serve() as served:
        monkeypatch.setenv("KF_PIPELINES_ENDPOINT", served.host)
        yield served


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_memes(tmp_path_factory.mktemp("compiled") / "pipeline.yaml")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Typed:
    def run(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["fusegate", "kubeflow", *map(str, arguments)])
        with pytest.raises(SystemExit) as leave:
            cli.main()
        return int(leave.value.code or 0)

    return run


def test_submitted_run_is_named_with_its_link(
    typed: Typed, world: World, compiled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("submit", compiled, *DATA, "--span", 7, "--name", "span 7") == 0
    (run,) = world.store.runs.values()
    assert capsys.readouterr().out.splitlines()[1:] == [
        f"Run {run.run_id} is submitted: {world.host}/#/runs/details/{run.run_id}"
    ]
    assert run.display_name == "span 7"
    assert run.runtime_config.parameters == {"data_root": "/data", "span": "7"}


@pytest.mark.parametrize(("end", "code"), [("SUCCEEDED", 0), ("FAILED", 1), ("CANCELED", 1)])
def test_waiting_leaves_with_how_the_run_ended(
    end: str, code: int, typed: Typed, world: World, compiled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.store.plan = ["PENDING", "RUNNING", end]
    task = {"display_name": "Trainer", "state": "FAILED"}
    world.store.tasks = [strict.read(task, "V2beta1PipelineTaskDetail")] if end == "FAILED" else []
    assert typed("submit", compiled, *DATA, "--wait", "--poll", 0.01) == code
    printed = capsys.readouterr()
    assert [line.split()[0] for line in printed.out.splitlines()[2:]] == ["PENDING", "RUNNING", end]
    assert printed.err == ("Failed: Trainer: see the log of its pod\n" if end == "FAILED" else "")


def test_waiting_longer_than_asked_leaves_with_1(
    typed: Typed, world: World, compiled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.store.plan = ["RUNNING"]
    assert typed("submit", compiled, *DATA, "--wait", "--poll", 0.01, "--max-wait", 0.03) == 1
    assert "It goes on" in capsys.readouterr().err


@pytest.mark.parametrize("times", [[], ["--cron", "30 3 * * 7"]])
def test_dry_run_shows_what_would_be_sent_and_sends_nothing(
    times: list[str],
    typed: Typed,
    world: World,
    compiled: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("KF_PIPELINES_ENDPOINT")
    monkeypatch.setenv("KF_PIPELINES_TOKEN", "a.secret.token")
    verb = "schedule" if times else "submit"
    assert typed(verb, compiled, *DATA, *times, "--name", "mine", "--param", "epochs=20", "--dry-run") == 0
    printed = capsys.readouterr().out
    shown = yaml.safe_load(printed.split("\n", 1)[1])
    assert shown["pipeline"] == shown["experiment"] == "memes" and shown["name"] == "mine"
    assert shown["parameters"] == {"data_root": "/data", "epochs": 20}
    assert shown.get("cron") == ("0 30 3 * * 0" if times else None)
    assert world.asked == [] and "secret" not in printed


def test_faults_are_told_before_anything_is_sent(
    typed: Typed, world: World, compiled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("submit", compiled, "--param", "epoch=3") == 2
    error = capsys.readouterr().err
    assert "2 faults" in error and "Did you mean 'epochs'?" in error and "data_root: must be given" in error
    assert typed("schedule", compiled, *DATA, "--cron", "@daily") == 2
    assert "--cron takes five fields" in capsys.readouterr().err
    assert world.asked == []


def test_schedule_is_made_listed_paused_and_resumed(
    typed: Typed, world: World, compiled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("schedule", compiled, *DATA, "--cron", "30 3 * * 7") == 0
    (made,) = world.store.schedules.values()
    assert f"Schedule {made.recurring_run_id} is on: 0 30 3 * * 0" in capsys.readouterr().out
    assert typed("schedule", compiled, *DATA, "--cron", "30 3 * * sun") == 0
    assert "was on already" in capsys.readouterr().out
    assert typed("schedule", compiled, *DATA, "--cron", "30 4 * * 7") == 2
    assert "--replace" in capsys.readouterr().err
    assert typed("pause", "memes") == 0
    assert typed("runs", "--schedules") == 0
    assert "DISABLED" in capsys.readouterr().out
    assert typed("pause", made.recurring_run_id, "--resume") == 0
    assert (made.status, int(made.max_concurrency), made.no_catchup) == ("ENABLED", 1, True)


def test_replaced_schedule_is_named(
    typed: Typed, world: World, compiled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("schedule", compiled, *DATA, "--cron", "30 3 * * *") == 0
    (first,) = world.store.schedules
    assert typed("schedule", compiled, *DATA, "--cron", "30 4 * * *", "--catch-up", "--replace") == 0
    assert f"Paused: {first}" in capsys.readouterr().out
    assert [made.no_catchup or False for made in world.store.schedules.values()] == [True, False]


def test_runs_are_printed_as_a_table_or_as_json(
    typed: Typed, world: World, compiled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("runs") == 0
    assert capsys.readouterr().out == f"0 runs on {world.host}\n"
    typed("submit", compiled, *DATA, "--name", "clean")
    typed("submit", compiled, *DATA, "--name", "a\x1b[2J")
    capsys.readouterr()
    assert typed("runs") == 0
    table = capsys.readouterr().out
    assert "PENDING" in table and "a\\x1b[2J" in table and "\x1b" not in table
    assert typed("runs", "--limit", 1, "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["name"] == "a\x1b[2J"


def test_missing_host_and_unknown_names_leave_with_2(
    typed: Typed, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("pause", "none") == 2
    assert "Received: none" in capsys.readouterr().err
    assert typed("runs", "--experiment", "none") == 2
    assert "--experiment must name one" in capsys.readouterr().err
    monkeypatch.delenv("KF_PIPELINES_ENDPOINT")
    assert typed("runs") == 2
    assert "KF_PIPELINES_ENDPOINT" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["submit", "schedule", "runs", "pause"])
def test_help_shows_examples_and_imports_nothing_heavy(verb: str) -> None:
    code = (
        f"import sys; from pipeline.cli import main; sys.argv = ['fusegate', 'kubeflow', {verb!r}, '--help']\n"
        "try: main()\n"
        "finally: print([name for name in ('kfp', 'yaml', 'kubernetes', 'tfx') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert f"fusegate kubeflow {verb}" in printed and "Exit codes: 0" in printed
    assert "--token " not in printed
    assert printed.splitlines()[-1] == "[]"


def test_terminal_shows_nothing_but_what_fusegate_says(world: World, compiled: Path) -> None:
    command = [sys.executable, "-m", "pipeline.cli", "kubeflow", "submit", str(compiled), *DATA]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 2)
