"""Cron rules for property tests."""

from __future__ import annotations

import hypothesis.strategies as st

_MONTHS = ("jan", "FEB", "Mar", "dec")
_WEEKDAYS = ("sun", "MON", "Sat")


def _field(first: int, last: int, names: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    number = st.integers(first, last)
    step = st.integers(1, last)
    spans = st.tuples(number, number).map(sorted).map(lambda ends: f"{ends[0]}-{ends[1]}")
    items = [
        st.just("*"),
        step.map(lambda n: f"*/{n}"),
        number.map(str),
        spans,
        st.tuples(spans, step).map(lambda each: f"{each[0]}/{each[1]}"),
    ]
    if names:
        items.append(st.sampled_from(names))
    return st.lists(st.one_of(items), min_size=1, max_size=3).map(",".join)


def cron_rules() -> st.SearchStrategy[str]:
    """Rules as people write them, some of which never fire."""
    return st.tuples(_field(0, 59), _field(0, 23), _field(1, 31), _field(1, 12, _MONTHS), _field(0, 7, _WEEKDAYS)).map(
        " ".join
    )
