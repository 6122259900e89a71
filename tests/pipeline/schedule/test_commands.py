"""`fusegate schedule` as a process: what it says, and the codes that it leaves with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
RULE = "0 3 * * *"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "tiny.yaml"
    settings = {"name": "tiny", "preset": "vgg16_lstm", "output": "out", "data": {"root": "data"}}
    file.write_text(yaml.safe_dump(settings | {"image": {"weights": "random"}}))
    return file


@pytest.fixture
def start(file: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """A function that starts a verb of `fusegate schedule` in the configuration's folder."""
    started: list[subprocess.Popen[str]] = []

    def run(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "schedule", *words, "--config", file.name],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=file.parent,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        )
        started.append(process)
        return process

    yield run
    for process in started:
        with process:
            process.kill()


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.mark.usefixtures("crontab")
def test_install_status_and_remove_tell_one_story(start: Callable[..., subprocess.Popen[str]], file: Path) -> None:
    code, out, err = finish(start("install", "--cron", RULE, "--kind", "cron"))
    assert (code, err) == (0, "")
    assert "Schedule tiny is installed (cron): 0 3 * * *" in out
    decision = {"at": "2026-01-01T03:00:00+00:00", "said": "nothing new"}
    (file.parent / "out" / "retrain" / "decisions.jsonl").write_text(json.dumps(decision) + "\n")
    code, out, _ = finish(start("status"))
    assert code == 0
    assert "tiny (cron): 0 3 * * *, next at 2" in out
    assert "Last decision: 2026-01-01T03:00:00+00:00: nothing new" in out
    told = json.loads(finish(start("status", "--json"))[1])
    assert [each["name"] for each in told["schedules"]] == ["tiny"]
    assert told["next_firings"][0][11:16] == "03:00"
    assert told["last_decision"] == decision
    assert finish(start("remove"))[:2] == (0, "Schedule tiny is removed (cron)\n")
    assert finish(start("remove"))[:2] == (0, "No schedule tiny was installed\n")
    assert "No schedule is installed" in finish(start("status"))[1]


@pytest.mark.usefixtures("crontab")
@pytest.mark.parametrize(("kind", "shown"), [("systemd", "OnCalendar=*-*-* 3:0:00"), ("cron", "# BEGIN fusegate tiny")])
@pytest.mark.parametrize("option", ["--dry-run", "--print"])
def test_dry_run_shows_what_would_be_written_and_writes_nothing(
    start: Callable[..., subprocess.Popen[str]], file: Path, kind: str, shown: str, option: str
) -> None:
    code, out, _ = finish(start("install", "--cron", RULE, "--kind", kind, option))
    assert code == 0
    assert shown in out
    assert not (file.parent / "out").exists()
    assert subprocess.run(["crontab", "-l"], capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("install", "--cron", "61 * * * *"), "a cron rule must"),
        (("install", "--cron", RULE, "--name", "../x"), "a schedule's name must"),
        (("run", "--cron", "never"), "a cron rule must have five fields"),
        (("run", "--cron", RULE, "--tz", "Nowhere"), "a time zone must"),
        (("status", "--set", "sed=3"), "no such key"),
    ],
)
def test_bad_input_exits_2_with_the_rule(
    start: Callable[..., subprocess.Popen[str]], words: tuple[str, ...], said: str
) -> None:
    code, _, err = finish(start(*words))
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_of_two_schedulers_started_at_once_one_works_and_one_says_so_and_leaves(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    processes = [start("run", "--cron", "0 0 29 2 *", "--tz", "UTC") for _ in range(2)]
    ended = threading.Event()
    for process in processes:
        threading.Thread(target=lambda process=process: (process.wait(), ended.set()), daemon=True).start()
    assert ended.wait(120)
    [left] = [process for process in processes if process.poll() is not None]
    [works] = [process for process in processes if process is not left]
    assert left.stderr is not None
    assert left.returncode == 4
    assert "one scheduler at a time" in left.stderr.read()
    assert works.stdout is not None
    assert "The next firing is at 2028-02-29T00:00:00+00:00" in works.stdout.readline()
    works.send_signal(signal.SIGTERM)
    code, out, err = finish(works)
    assert (code, err) == (0, "")
    assert out == "The scheduler has ended\n"


@pytest.mark.slow
def test_scheduler_with_a_rule_of_every_minute_calls_retrain(
    start: Callable[..., subprocess.Popen[str]], file: Path
) -> None:
    """The configuration is gone by then, which `retrain` says in its own words and code."""
    process = start("run", "--cron", "* * * * *", "--tz", "Asia/Kathmandu")
    assert process.stdout is not None
    assert process.stdout.readline().endswith("+05:45\n")
    file.unlink()
    line = next(line for line in process.stdout if "exit code" in line)
    assert "+05:45: exit code 2 (bad input or configuration)" in line
    process.send_signal(signal.SIGINT)
    assert finish(process)[0] == 0
