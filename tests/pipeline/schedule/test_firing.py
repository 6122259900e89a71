"""What is installed really fires, with every word as it was given: under Debian's cron, and under a user's systemd."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.schedule.crontab import Crontab
from pipeline.schedule.keepers import install
from pipeline.schedule.schedule import Schedule
from tests.pipeline.schedule.conftest import said, wanted

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
# A rule of every minute fires within one; cron looks for a changed crontab once a minute.
_PATIENCE = 150


def wait_for(log: Path) -> list[object]:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and not said(log):
        time.sleep(0.5)
    return said(log)


@contextlib.contextmanager
def cron_running() -> Iterator[None]:
    """Debian's cron; where one runs already, another one leaves at once."""
    program = shutil.which("cron", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "apt-get install cron"
    with subprocess.Popen([program, "-f"]) as daemon:
        try:
            yield
        finally:
            daemon.terminate()


@pytest.mark.usefixtures("crontab")
def test_crontab_line_fires_under_debians_cron_with_every_word_as_it_was_given(odd: Schedule) -> None:
    install(odd, Crontab())
    with cron_running():
        assert wait_for(odd.log) == wanted(odd)


def test_timer_fires_under_a_users_systemd_with_every_word_as_it_was_given(odd: Schedule, tmp_path: Path) -> None:
    """A systemd of the test's own, in namespaces of its own: the machine need not have been started by systemd."""
    job = tmp_path / "job.json"
    job.write_text(json.dumps({"directory": str(odd.directory), "log": str(odd.log), "command": odd.command}))
    script = Path(__file__).parent / "user_systemd.sh"
    rights = [] if os.geteuid() == 0 else ["--map-root-user"]
    done = subprocess.run(
        [
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            *rights,
            "sh",
            script,
            sys.executable,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
        env=os.environ
        | {
            "PYTHONPATH": str(ROOT),
            "JOB": str(job),
            "WORLD": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
        },
    )
    assert done.returncode == 0, done.stderr
    assert said(odd.log) == [str(odd.directory), *wanted(odd)[1:]]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == {"kind": "systemd", "installed": ["odd-test"], "left": [], "files": []}
