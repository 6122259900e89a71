"""The units are what systemd itself finds right."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from pipeline.schedule.schedule import Schedule
from pipeline.schedule.unit_files import unit_files


def verify(folder: Path, texts: dict[str, str]) -> list[str]:
    """What `systemd-analyze verify` complains of."""
    for name, text in texts.items():
        (folder / name).write_text(text)
    files = [str(folder / name) for name in texts]
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", *files],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"XDG_RUNTIME_DIR": str(folder), "LC_ALL": "C"},
    )
    complaints = done.stderr.splitlines()
    assert (done.returncode == 0) or complaints
    return complaints


def test_units_whose_every_path_needs_quoting_pass_systemds_own_check(odd: Schedule, tmp_path: Path) -> None:
    assert verify(tmp_path, unit_files(odd)) == []


@pytest.mark.parametrize(
    ("line", "broken", "said"),
    [
        ("ExecStart=", 'ExecStart="/not/there"\nSkip=', "is not executable"),
        ("OnCalendar=", "OnCalendar=32.13.\nSkip=", "Failed to parse calendar specification"),
        ("WorkingDirectory=", "WorkingDirectory=not/absolute\nSkip=", "not absolute"),
    ],
)
def test_units_that_are_broken_do_not_pass_it(odd: Schedule, tmp_path: Path, line: str, broken: str, said: str) -> None:
    texts = {name: text.replace(line, broken) for name, text in unit_files(odd).items()}
    assert any(said in complaint for complaint in verify(tmp_path, texts))
