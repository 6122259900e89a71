"""What systemd makes of a rule is what cron makes of it."""

from __future__ import annotations

import datetime
import os
import subprocess

import pytest
from hypothesis import example, given, settings

from components.errors import InputError
from pipeline.schedule.cron_rule import CronRule, parse_cron_rule
from pipeline.schedule.on_calendar import on_calendar
from tests.pipeline.schedule.rules import cron_rules

START = datetime.datetime(2026, 1, 30, 11, 17)
COUNT = 12
_ELAPSES = ("Next elapse:", "Iter. #")


def by_systemd(values: list[str]) -> list[datetime.datetime]:
    """The next moments at which one of the values elapses, as systemd itself says."""
    found: set[datetime.datetime] = set()
    for value in values:
        done = subprocess.run(
            ["systemd-analyze", "calendar", f"--iterations={COUNT}", f"--base-time={START}", value],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"TZ": "UTC", "LC_ALL": "C"},
        )
        lines = [line.strip() for line in done.stdout.splitlines()]
        moments = [line.partition(": ")[2].strip() for line in lines if line.startswith(_ELAPSES)]
        found |= {datetime.datetime.strptime(moment, "%a %Y-%m-%d %H:%M:%S UTC") for moment in moments}
    return sorted(found)[:COUNT]


def by_cronsim(rule: CronRule) -> list[datetime.datetime]:
    moments = [START]
    while len(moments) <= COUNT:
        moments.append(rule.next_after(moments[-1]))
    return moments[1:]


@settings(max_examples=60, deadline=None)
@given(cron_rules())
@example("0 3 * * *")
@example("*/30 3 1,15 * mon-fri")
@example("0 0 */2 * sun")
@example("0 0 1 * */2")
@example("5 4 29 2 *")
@example("0 0 31 * 7")
@example("0 0 1-31 * 1")
@example("0 12 29 2 0-7")
def test_calendar_values_elapse_when_the_rule_fires(text: str) -> None:
    try:
        rule = parse_cron_rule(text)
    except InputError:
        return
    assert by_systemd(on_calendar(rule)) == by_cronsim(rule)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0 3 * * *", ["*-*-* 3:0:00"]),
        ("*/30 0-6 * jan-mar 1-5", ["Mon,Tue,Wed,Thu,Fri *-1..3-* 0..6:0,30:00"]),
        ("30 3 1 * 7", ["*-*-1 3:30:00", "Sun *-*-* 3:30:00"]),
    ],
)
def test_calendar_values_read_as_people_write_them(text: str, values: list[str]) -> None:
    assert on_calendar(parse_cron_rule(text)) == values
