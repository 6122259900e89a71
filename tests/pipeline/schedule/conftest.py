"""A schedule whose every path needs quoting, and the user's crontab, which is given back as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.schedule.cron_rule import parse_cron_rule
from pipeline.schedule.schedule import Schedule

# What a shell, cron, systemd or printf would take for something else.
WORDS = ("a b", "100%", "%h", "$HOME", "it's", '"q"', "a;b&c|d>e", "#x", "~", "*")
_CODE = "import json, os, sys; print(json.dumps([os.getcwd(), sys.argv[1:], os.environ['PATH']]), flush=True)"


@pytest.fixture
def odd(tmp_path: Path) -> Schedule:
    """A schedule of every minute that says where it is called, and with which words."""
    directory = tmp_path / "a b%c 'd' $E"
    directory.mkdir()
    return Schedule(
        name="odd-test",
        rule=parse_cron_rule("* * * * *"),
        config=directory / "odd.yaml",
        command=(sys.executable, "-c", _CODE, *WORDS),
        environment={"PATH": f"/usr/bin:/bin:{directory}"},
        directory=directory,
        log=directory / "out" / "retrain" / "schedule.log",
    )


def wanted(schedule: Schedule) -> list[object]:
    """What the command of `odd` says."""
    return [str(schedule.directory), list(WORDS), schedule.environment["PATH"]]


def said(log: Path) -> list[object]:
    """The first line that a command has written, once there is one."""
    lines = log.read_text().splitlines() if log.exists() else []
    return json.loads(lines[0]) if lines else []


@pytest.fixture
def crontab() -> Iterator[None]:
    """An empty crontab for a test; the user's own comes back afterwards."""
    before = subprocess.run(["crontab", "-l"], capture_output=True, check=False)
    subprocess.run(["crontab", "-r"], capture_output=True, check=False)
    yield
    words = ["crontab", "-"] if before.returncode == 0 else ["crontab", "-r"]
    subprocess.run(words, input=before.stdout, capture_output=True, check=False)
