from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from components import keys
from components.bootstrap import weighted_aucs
from components.evaluator.gain import fusion_gain


def drawn(pairs: int = 120, groups: int = 40, seed: int = 0) -> tuple[dict[str, NDArray], NDArray, NDArray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, pairs)
    noise = {keys.FUSED: 0.6, keys.LATE: 0.9, keys.IMAGE_ONLY: 1.5, keys.TEXT_ONLY: 1.2}
    scores = {output: labels + rng.normal(0, noise[output], pairs) for output in keys.OUTPUTS}
    return scores, labels, rng.integers(0, groups, pairs)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1), st.integers(0, 3)), min_size=2, max_size=40))
def test_weighted_auc_equals_sklearns_with_ties_and_weights(rows: list[tuple[int, int, int]]) -> None:
    scores, labels, weights = (np.array(column) for column in zip(*rows, strict=True))
    assume(weights[labels == 1].sum() > 0 and weights[labels == 0].sum() > 0)
    wanted = roc_auc_score(labels, scores, sample_weight=weights)
    assert weighted_aucs(scores.astype(float), labels, weights[None])[0] == pytest.approx(wanted)


def test_each_row_of_weights_is_a_draw_of_its_own_and_one_class_is_nan() -> None:
    scores, labels = np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1])
    aucs = weighted_aucs(scores, labels, np.array([[1, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 0]]))
    np.testing.assert_equal(aucs, [0.75, 1.0, np.nan])


def test_gain_is_fused_minus_the_better_part() -> None:
    scores, labels, groups = drawn()
    result = fusion_gain(scores, labels, groups, draws=20)
    auc = {output: roc_auc_score(labels, scores[output]) for output in keys.OUTPUTS}
    assert auc[keys.TEXT_ONLY] > auc[keys.IMAGE_ONLY]
    assert result.best_part == keys.TEXT_ONLY
    assert result.gain.value == pytest.approx(auc[keys.FUSED] - auc[keys.TEXT_ONLY])
    assert result.fused_minus_late.value == pytest.approx(auc[keys.FUSED] - auc[keys.LATE])
    assert {output: interval.value for output, interval in result.auc.items()} == pytest.approx(auc)
    assert (result.pairs, result.groups) == (120, len(set(groups.tolist())))


def test_bounds_stand_on_both_sides_of_the_value_and_widen_with_confidence() -> None:
    scores, labels, groups = drawn()
    wide = fusion_gain(scores, labels, groups, confidence=0.99)
    narrow = fusion_gain(scores, labels, groups, confidence=0.8)
    for output in keys.OUTPUTS:
        assert wide.auc[output].lower < narrow.auc[output].lower < narrow.auc[output].value
        assert narrow.auc[output].value < narrow.auc[output].upper < wide.auc[output].upper
    for name in ("gain", "fused_minus_late"):
        assert getattr(wide, name).lower < getattr(narrow, name).value < getattr(wide, name).upper


def test_same_seed_gives_the_same_bounds_and_another_seed_others() -> None:
    arrays = drawn()
    assert fusion_gain(*arrays, seed=5) == fusion_gain(*arrays, seed=5)
    assert fusion_gain(*arrays, seed=5).gain.lower != fusion_gain(*arrays, seed=6).gain.lower


def test_order_of_the_examples_does_not_matter() -> None:
    scores, labels, groups = drawn()
    order = np.random.default_rng(9).permutation(len(labels))
    shuffled = {output: values[order] for output, values in scores.items()}
    one, two = fusion_gain(scores, labels, groups), fusion_gain(shuffled, labels[order], groups[order])
    assert (two.gain.value, two.gain.lower) == pytest.approx((one.gain.value, one.gain.lower))


def test_groups_are_drawn_together() -> None:
    scores, labels, groups = drawn(pairs=60, groups=60, seed=2)
    copies = {output: np.tile(values, 8) for output, values in scores.items()}
    single = fusion_gain(scores, labels, groups)
    grouped = fusion_gain(copies, np.tile(labels, 8), np.tile(groups, 8))
    loose = fusion_gain(copies, np.tile(labels, 8), np.arange(8 * 60))
    # Eight copies of each pair tell no more than one; only if they were drawn apart would the bound come closer.
    assert grouped.gain.lower == pytest.approx(single.gain.lower)
    assert loose.gain.lower > grouped.gain.lower + 0.02


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_is_refused_with_what_was_received(label: int) -> None:
    scores, labels, groups = drawn()
    with pytest.raises(ValueError, match=rf"both labels\. Received: only \[{label}\]"):
        fusion_gain(scores, np.full_like(labels, label), groups)
