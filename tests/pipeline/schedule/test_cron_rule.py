"""Rules that are taken are those that Debian's cron takes."""

from __future__ import annotations

import datetime
import subprocess
import zoneinfo

import pytest
from hypothesis import given, settings

from components.errors import InputError
from pipeline.schedule.cron_rule import parse_cron_rule
from tests.pipeline.schedule.rules import cron_rules


@pytest.mark.parametrize(
    "text",
    [
        *("", "0 3 * *", "0 3 * * * *", "@daily", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8"),
        *("5/10 * * * *", "0 0 L * *", "0 0 * * 1#2", "0 0 * * 5L", "*/0 * * * *", "0 0 * * fri-mon", "0,,1 * * * *"),
        *("0 0 30 2 *", "0 0 31 4,6 *", "-1 * * * *", "0 0 * * *; rm -r x", "٣ * * * *"),
    ],
)
def test_rule_that_is_none_or_that_cron_reads_otherwise_is_refused_with_the_fix(text: str) -> None:
    with pytest.raises(InputError, match=r"(?s)Received: .*03:00 every day"):
        parse_cron_rule(text)


@settings(max_examples=40, deadline=None)
@given(cron_rules())
def test_rule_that_is_taken_is_taken_by_cron_itself(text: str) -> None:
    try:
        rule = parse_cron_rule(text)
    except InputError:
        return
    done = subprocess.run(
        ["crontab", "-n", "-"], input=f"{rule.text} true\n".encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_days_of_month_and_week_are_alternatives_unless_one_begins_with_a_star() -> None:
    moment = datetime.datetime(2026, 6, 1)  # A Monday.
    assert parse_cron_rule("0 0 13 * 5").next_after(moment) == datetime.datetime(2026, 6, 5)
    assert parse_cron_rule("0 0 */13 * 5").next_after(moment) == datetime.datetime(2026, 8, 14)
    assert parse_cron_rule("0 0 13 * *").next_after(moment) == datetime.datetime(2026, 6, 13)


def test_rule_follows_the_time_zone_through_the_change_of_its_clocks() -> None:
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    rule = parse_cron_rule("0 3 * * *")
    before = datetime.datetime(2026, 3, 28, 12, tzinfo=berlin)
    assert rule.next_after(before).astimezone(datetime.timezone.utc).hour == 1
    assert rule.next_after(before - datetime.timedelta(days=1)).astimezone(datetime.timezone.utc).hour == 2
