from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from components.trainer.calibration import expected_calibration_error, fit_calibration, reliability
from components.trainer.decision import choose_threshold
from components.trainer.stack import sigmoid

SPEC = {"precision": 0.9, "false_positive_cost": 1.0, "false_negative_cost": 1.0}


def draw(count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, count)
    return 1 / (1 + np.exp(-(2.0 * labels - 1 + rng.normal(size=count)))), labels


def test_f1_is_the_best_that_any_threshold_gives() -> None:
    probabilities, labels = draw()
    found = choose_threshold(probabilities, labels, SPEC | {"aim": "f1"})
    best = max(f1_score(labels, probabilities >= value) for value in probabilities)
    assert f1_score(labels, probabilities >= found.threshold) == pytest.approx(best)


@pytest.mark.parametrize(("false_positive", "false_negative"), [(1, 1), (10, 1), (1, 10), (1000, 1)])
def test_cost_is_the_least_that_any_threshold_gives(false_positive: float, false_negative: float) -> None:
    probabilities, labels = draw()

    def cost(threshold: float) -> float:
        decided = probabilities >= threshold
        return false_positive * (decided & (labels == 0)).sum() + false_negative * (~decided & (labels == 1)).sum()

    spec = SPEC | {"aim": "cost", "false_positive_cost": false_positive, "false_negative_cost": false_negative}
    least = min(cost(value) for value in [*probabilities, 1.1])
    assert cost(choose_threshold(probabilities, labels, spec).threshold) == least


def test_recall_is_the_highest_at_the_precision_asked_for() -> None:
    probabilities, labels = draw()
    found = choose_threshold(probabilities, labels, SPEC | {"aim": "recall"})
    decided = probabilities >= found.threshold
    assert found.reached
    assert labels[decided].mean() == pytest.approx(found.precision)
    assert found.precision >= 0.9
    assert decided[labels == 1].mean() == pytest.approx(found.recall)
    looser = probabilities >= np.sort(probabilities[probabilities < found.threshold])[-1]
    assert labels[looser].mean() < 0.9 or looser[labels == 1].mean() == found.recall


def test_a_precision_out_of_reach_is_said_and_the_highest_is_taken() -> None:
    found = choose_threshold(np.array([0.9, 0.8, 0.7, 0.1]), np.array([0, 1, 1, 0]), SPEC | {"aim": "recall"})
    assert not found.reached
    assert found.precision == pytest.approx(2 / 3)


def test_calibration_mends_confidence_and_base_rate_and_leaves_the_order() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=4000)
    labels = (rng.random(4000) < sigmoid(truth)).astype(int)
    calibration = fit_calibration(3 * truth + 2, labels)
    assert calibration.temperature == pytest.approx(3, rel=0.1)
    assert calibration.bias == pytest.approx(-2 / 3, abs=0.1)
    before = expected_calibration_error(reliability(sigmoid(3 * truth + 2), labels))
    after = expected_calibration_error(reliability(sigmoid(calibration(3 * truth + 2)), labels))
    assert after < 0.03 < before


def test_the_reliability_diagram_counts_every_example_once() -> None:
    bins = reliability(np.array([0.0, 0.05, 0.55, 1.0]), np.array([0, 1, 1, 1]))
    assert [(each.count, each.positives) for each in bins] == [(2, 0.5), (1, 1.0), (1, 1.0)]
