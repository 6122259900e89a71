"""Picked examples show where fusion helps, where it hurts, and what it is sure of."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.pick_examples import pick_examples


def _outputs(*rows: tuple[float, float, float]) -> dict[str, list[float]]:
    fused, image, text = zip(*rows, strict=True)
    return {"fused": list(fused), "image_only": list(image), "text_only": list(text)}


def test_each_kind_is_found() -> None:
    labels = [1, 1, 0, 0]
    outputs = _outputs((0.9, 0.2, 0.3), (0.6, 0.95, 0.5), (0.99, 0.99, 0.99), (0.01, 0.01, 0.01))
    assert pick_examples(labels, outputs) == [
        (0, "Fusion helps: closer than both parts"),
        (1, "Fusion hurts: a part alone is closer"),
        (2, "Surely wrong"),
        (3, "Surely right"),
    ]


def test_twelve_of_many_are_three_of_each_kind() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 500).tolist()
    reasons = [why for _, why in pick_examples(labels, _outputs(*rng.uniform(0, 1, (500, 3)).tolist()))]
    assert [reasons.count(why) for why in dict.fromkeys(reasons)] == [3, 3, 3, 3]


@given(st.lists(st.tuples(st.integers(0, 1), *[st.floats(0, 1)] * 3), min_size=1, max_size=30), st.integers(0, 15))
def test_no_example_is_picked_twice_and_no_more_than_asked_for(
    rows: list[tuple[int, float, float, float]], count: int
) -> None:
    picked = [
        index for index, _ in pick_examples([row[0] for row in rows], _outputs(*[row[1:] for row in rows]), count)
    ]
    assert len(picked) == len(set(picked)) <= count
    assert all(0 <= index < len(rows) for index in picked)
