"""The figures of a slice, against scikit-learn and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import accuracy_score, average_precision_score, log_loss, roc_auc_score

from components import keys
from components.evaluator.delong import delong
from components.evaluator.figures import NAMES, SCORED, Measuring, hash_groups, measure, sample_limit

MEASURING = Measuring(draws=200, seed=3)


def drawn(pairs: int = 300) -> tuple[dict[str, NDArray], NDArray, NDArray]:
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, pairs)
    scores = {name: 1 / (1 + np.exp(0.5 - labels - rng.normal(0, 1, pairs))) for name in SCORED}
    groups = hash_groups(f"g{number}".encode() for number in rng.integers(0, pairs // 2, pairs))
    return {name: values.astype(np.float32) for name, values in scores.items()}, labels, groups


def test_each_output_has_scikit_learns_figures() -> None:
    scores, labels, groups = drawn()
    found = measure(scores, labels, groups, MEASURING)
    for name in keys.OUTPUTS:
        values = scores[name].astype(float)
        assert found[f"auc_{name}"] == pytest.approx(roc_auc_score(labels, values))
        assert found[f"accuracy_{name}"] == pytest.approx(accuracy_score(labels, values >= 0.5))
        assert found[f"average_precision_{name}"] == pytest.approx(average_precision_score(labels, values))
        assert found[f"log_loss_{name}"] == pytest.approx(log_loss(labels, values))


def test_calibration_error_is_the_mean_gap_of_ten_bins() -> None:
    scores, _, groups = drawn(200)
    labels = np.arange(200) % 2
    found = measure(dict.fromkeys(scores, np.full(200, 0.72)), labels, groups, MEASURING)
    assert found["ece_fused"] == pytest.approx(0.22)


def test_reliance_is_what_shuffling_a_half_costs() -> None:
    scores, labels, groups = drawn()
    found = measure(scores, labels, groups, MEASURING)
    fused, shuffled = (roc_auc_score(labels, scores[name]) for name in (keys.FUSED, keys.FUSED_TEXT_SHUFFLED))
    assert found["text_reliance"] == pytest.approx(fused - shuffled)
    assert found["text_reliance_lower"] < found["text_reliance"] < found["text_reliance_upper"]


def test_missing_half_is_measured_against_the_other_halfs_own_model() -> None:
    scores, labels, groups = drawn()
    found = measure(scores, labels, groups, MEASURING)
    for loss, part, probe in (
        ("missing_image_loss", keys.TEXT_ONLY, keys.FUSED_WITHOUT_IMAGE),
        ("missing_text_loss", keys.IMAGE_ONLY, keys.FUSED_WITHOUT_TEXT),
    ):
        wanted = roc_auc_score(labels, scores[part]) - roc_auc_score(labels, scores[probe])
        assert found[loss] == pytest.approx(wanted)


def test_export_without_probes_has_the_other_figures() -> None:
    scores, labels, groups = drawn()
    found = measure({name: scores[name] for name in keys.OUTPUTS}, labels, groups, MEASURING)
    unknown = {name for name in NAMES if math.isnan(found[name])}
    assert {name.split("_reliance")[0] for name in unknown if "reliance" in name} == {"image", "text"}
    assert unknown == {name for name in NAMES if "reliance" in name or name.startswith("missing")}
    assert found["auc_served"] == found["auc_fused"]


def test_gain_that_the_split_can_show_is_the_one_whose_lower_bound_reaches_zero() -> None:
    found = measure(*drawn(), MEASURING)
    assert found["gain_lower"] + found["detectable_gain"] - found["gain"] == pytest.approx(0)
    fewer = measure(*drawn(60), MEASURING)
    assert fewer["detectable_gain"] > 1.5 * found["detectable_gain"]


def test_order_of_the_examples_does_not_matter_to_the_last_bit() -> None:
    scores, labels, groups = drawn()
    order = np.random.default_rng(9).permutation(len(labels))
    shuffled = {name: values[order] for name, values in scores.items()}
    assert measure(scores, labels, groups, MEASURING) == measure(shuffled, labels[order], groups[order], MEASURING)


def test_sample_takes_whole_groups_by_rising_hash_and_never_more_than_it_may() -> None:
    hashes = np.array([5, 1, 1, 9, 5, 7], np.uint64)
    assert [sample_limit(hashes, most) for most in (6, 5, 4, 3, 2, 1)] == [None, 9, 7, 5, 5, 1]


def test_group_larger_than_the_sample_leaves_nothing_to_measure() -> None:
    scores, labels, _ = drawn(50)
    found = measure(scores, labels, np.zeros(50, np.uint64), Measuring(draws=50, most_pairs=20))
    assert (found["pairs"], found["sampled_pairs"]) == (50, 0)
    assert all(math.isnan(found[name]) for name in ("gain_lower", "auc_fused", "ece_fused"))


def test_delong_agrees_with_its_definition() -> None:
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 2, 80)
    first, second = labels + rng.normal(size=80), np.round(labels + rng.normal(size=80), 1)

    def placements(scores: NDArray) -> tuple[NDArray, NDArray]:
        gaps = scores[labels == 1][:, None] - scores[labels == 0]
        wins = (gaps > 0) + 0.5 * (gaps == 0)
        return wins.mean(axis=1), wins.mean(axis=0)

    (found, spared), (found2, spared2) = placements(first), placements(second)
    error = math.sqrt(np.var(found - found2, ddof=1) / len(found) + np.var(spared - spared2, ddof=1) / len(spared))
    result = delong(first, second, labels)
    assert result.difference == pytest.approx(roc_auc_score(labels, first) - roc_auc_score(labels, second))
    assert result.error == pytest.approx(error)
    assert result.p_value == pytest.approx(stats.norm.sf(result.difference / error))


def test_delong_of_equal_scores_is_undecided() -> None:
    labels = np.array([0, 1, 0, 1])
    scores = np.array([0.1, 0.7, 0.8, 0.9])
    assert delong(scores, scores, labels).p_value == 0.5


def test_delong_agrees_with_the_bootstrap_where_every_pair_is_a_group() -> None:
    scores, labels, _ = drawn(400)
    found = measure(scores, labels, np.arange(400, dtype=np.uint64), Measuring(draws=1000, seed=1))
    assert found["delong_error"] == pytest.approx(found["gain_error"], rel=0.15)
