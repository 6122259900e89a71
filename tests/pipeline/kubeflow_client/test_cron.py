from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from components.errors import InputError
from pipeline.kubeflow_client.cron import to_kubeflow_cron

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
BOUNDS = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6)]


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("30 3 * * *", "0 30 3 * * *"),
        ("0 0 * * 7", "0 0 0 * * 0"),
        ("0 0 * * fri-7", "0 0 0 * * 0,5,6"),
        ("*/20 9-11 * jan,jul mon", "0 0,20,40 9,10,11 * 1,7 1"),
        ("0 0 1 * *", "0 0 0 1 * *"),
        ("15 30 3 * * 1", "15 30 3 * * 1"),
        ("0 6 */2 * 1", "0 0 6 */2 * 1"),
        ("0-59 * * * *", "0 * * * * *"),
    ],
)
def test_expression_is_written_as_kubeflow_reads_it(given_: str, expected: str) -> None:
    assert to_kubeflow_cron(given_) == expected


@pytest.mark.parametrize(
    "expression",
    ["", "@daily", "* * * *", "0 0 L * *", "0 0 * * 5#2", "0 0 * * 5L", "0 0 LW * *", "60 * * * *", "0 0 30 2 *"],
)
def test_what_kubeflow_cannot_say_is_refused(expression: str) -> None:
    with pytest.raises(InputError, match="Received: "):
        to_kubeflow_cron(expression)


def test_star_that_makes_two_days_both_match_is_kept_or_refused() -> None:
    with pytest.raises(InputError, match="starts with a star"):
        to_kubeflow_cron("0 6 */10,5 * 1")


def robfig_matches(expression: str, time: datetime) -> bool:
    """Tell whether the scheduler's own parser, robfig/cron 1.2.0, would fire at a time."""
    fields = expression.split()
    assert len(fields) == 6
    sets, stars = zip(*(_robfig_field(text, *bounds) for text, bounds in zip(fields, BOUNDS, strict=True)), strict=True)
    values = (time.second, time.minute, time.hour, time.day, time.month, time.isoweekday() % 7)
    inside = [value in allowed for value, allowed in zip(values, sets, strict=True)]
    day = (inside[3] and inside[5]) if stars[3] or stars[5] else (inside[3] or inside[5])
    return all(inside[:3]) and inside[4] and day


def _robfig_field(text: str, low: int, high: int) -> tuple[set[int], bool]:
    """As getField and getRange: lists, ranges and steps, with a bit for a star."""
    found: set[int] = set()
    star = False
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if first == "*":
            star, start, end = True, low, high
        else:
            start = int(first)
            end = int(last) if last else (high if step else start)
        assert low <= start <= end <= high
        found |= set(range(start, end + 1, int(step or 1)))
    return found, star


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    ranged = st.tuples(number, number).map(lambda ends: f"{min(ends)}-{max(ends)}")
    return st.one_of(
        st.just("*"),
        st.integers(1, high).map(lambda step: f"*/{step}"),
        number.map(str),
        ranged,
        st.tuples(ranged, st.integers(1, 5)).map(lambda parts: f"{parts[0]}/{parts[1]}"),
        st.lists(number.map(str), min_size=1, max_size=4).map(",".join),
    )


@settings(max_examples=150, deadline=None)
@given(
    # Days up to 28: a day that no month has is refused.
    st.tuples(_field(0, 59), _field(0, 23), _field(1, 28), _field(1, 12), _field(0, 7)).map(" ".join),
    st.lists(st.integers(0, 366 * 24 * 60), min_size=20, max_size=20),
)
def test_scheduler_fires_when_cron_would(expression: str, minutes: list[int]) -> None:
    written = to_kubeflow_cron(expression)
    for time, _ in zip(CronSim(expression, START), range(5), strict=False):
        assert robfig_matches(written, time)
    for minute in minutes:
        time = START + timedelta(minutes=minute)
        fires = next(CronSim(expression, time - timedelta(seconds=1))) == time
        assert robfig_matches(written, time) == fires
