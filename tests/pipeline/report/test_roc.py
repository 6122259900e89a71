"""ROC points agree with scikit-learn's and stay few."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import auc, roc_auc_score

from pipeline.report.roc import roc_points


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9)), min_size=2, max_size=100).filter(
        lambda rows: len({label for label, _ in rows}) == 2
    )
)
def test_area_under_the_points_is_the_auc_ties_included(rows: list[tuple[int, int]]) -> None:
    labels, scores = [label for label, _ in rows], [float(score) for _, score in rows]
    points = roc_points(labels, scores)
    assert points[0] == (0.0, 0.0)
    assert points[-1] == (1.0, 1.0)
    assert auc(*zip(*points, strict=True)) == pytest.approx(roc_auc_score(labels, scores))


def test_many_examples_give_few_points_and_the_same_area() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 20_000)
    scores = (labels + rng.normal(0, 1, 20_000)).tolist()
    points = roc_points(labels.tolist(), scores)
    assert len(points) < 1000
    assert auc(*zip(*points, strict=True)) == pytest.approx(roc_auc_score(labels, scores), abs=0.003)
