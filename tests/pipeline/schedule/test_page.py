"""Every command of docs/schedule.md works as it stands there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.docs.page_commands import ROOT, page_commands, run_command


@pytest.mark.usefixtures("crontab")
def test_commands_of_the_page_work_one_after_the_other(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    lines = page_commands("schedule.md")
    said = {line: run_command(line, tmp_path) for line in lines}
    assert len(lines) == 7
    assert "is installed" in said[lines[0]]
    assert "next at" in said[lines[1]]
    assert "is removed" in said[lines[2]]
    assert "# BEGIN fusegate" in said[lines[3]]
    assert "twice-a-month.timer" in said[lines[4]]
    assert '"last_decision": null' in said[lines[5]]
    assert "T03:00:00+0" in said[lines[6]]
    assert said[lines[6]].endswith("The scheduler has ended\n")
