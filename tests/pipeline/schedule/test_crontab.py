"""The user's real crontab, by Debian's own command."""

from __future__ import annotations

import dataclasses
import subprocess

import pytest

from components.errors import FusegateError, InputError
from pipeline.schedule import keepers
from pipeline.schedule.crontab import Crontab
from pipeline.schedule.crontab_block import crontab_block
from pipeline.schedule.schedule import Schedule

pytestmark = pytest.mark.usefixtures("crontab")

OTHERS = b"# caf\xe9\n0 1 * * * backup\n"


def read() -> bytes:
    return subprocess.run(["crontab", "-l"], capture_output=True, check=False).stdout


def test_schedule_is_installed_replaced_listed_and_removed_and_lines_of_others_stay(odd: Schedule) -> None:
    subprocess.run(["crontab", "-"], input=OTHERS, check=True)
    crontab = Crontab()
    keepers.install(odd, crontab)
    keepers.install(odd, crontab)
    assert read() == OTHERS + crontab_block(odd).encode()
    [found] = keepers.installed()
    assert found == dataclasses.replace(found, name=odd.name, kind="cron", cron="* * * * *", config=str(odd.config))
    assert found.log == str(odd.log)
    assert keepers.remove(odd.name) == ["cron"]
    assert read() == OTHERS
    assert keepers.remove(odd.name) == []


def test_last_schedule_leaves_no_empty_crontab_behind(odd: Schedule) -> None:
    keepers.install(odd, Crontab())
    keepers.remove(odd.name)
    done = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)
    assert "no crontab for" in done.stderr


def test_name_of_another_configuration_is_not_taken_over(odd: Schedule) -> None:
    keepers.install(odd, Crontab())
    before = read()
    with pytest.raises(InputError, match=r"Give another one with --name"):
        keepers.install(dataclasses.replace(odd, config=odd.directory / "other.yaml"), Crontab())
    assert read() == before


def test_crontab_that_cron_refuses_is_not_written(odd: Schedule) -> None:
    subprocess.run(["crontab", "-"], input=OTHERS, check=True)
    broken = dataclasses.replace(odd, rule=dataclasses.replace(odd.rule, text="61 * * * *"))
    with pytest.raises(FusegateError, match="bad minute"):
        keepers.install(broken, Crontab())
    assert read() == OTHERS
