from __future__ import annotations

import numpy as np

from components.trainer.select_head import select_head


def draw(gap: float, seed: int = 0) -> tuple[dict[str, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, 300)
    late = labels + rng.normal(size=300)
    return {"residual": late + gap * labels, "late": late}, labels


def test_the_simplest_is_taken_among_equals() -> None:
    logits, labels = draw(0.0)
    chosen, table = select_head(logits, labels, np.arange(300), 0)
    assert chosen == "late"
    assert [(row.head, row.behind) for row in table] == [("late", 0.0), ("residual", 0.0)]


def test_a_clearly_better_head_is_taken_though_it_is_less_simple() -> None:
    logits, labels = draw(1.0)
    chosen, table = select_head(logits, labels, np.arange(300), 0)
    assert chosen == "residual"
    assert table[0].behind > table[0].error > 0


def test_a_difference_within_one_standard_error_does_not_count() -> None:
    logits, labels = draw(0.0)
    noise = np.random.default_rng(5).normal(size=300)
    logits["residual"] = logits["late"] + 0.3 * noise + 0.03 * labels
    chosen, table = select_head(logits, labels, np.arange(300), 0)
    assert (chosen == "late") == (table[0].behind <= table[0].error)
    assert chosen == "late"
