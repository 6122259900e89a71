"""Threads work ahead, but not far, and nothing of it shows."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator

import pytest

from components.pack.map_ahead import THREADS, map_ahead


def test_results_come_in_the_order_of_the_items() -> None:
    def late(item: int) -> int:
        time.sleep(0.002 * (5 - item % 5))
        return item

    assert list(map_ahead(late, range(25))) == list(range(25))


def test_few_items_are_taken_ahead_of_the_results() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for item in range(100):
            taken += 1
            yield item

    for done, _ in enumerate(map_ahead(lambda item: item, items()), start=1):
        assert taken <= done + 2 * THREADS


def test_error_is_raised_where_its_item_stands() -> None:
    results = map_ahead(lambda item: 1 // item, [1, 1, 0, 1])
    assert [next(results), next(results)] == [1, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_filters_of_warnings_are_as_they_were() -> None:
    def quiet(item: int) -> int:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            time.sleep(0.001)
        return item

    before = list(warnings.filters)
    list(map_ahead(quiet, range(50)))
    assert warnings.filters == before
