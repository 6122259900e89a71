from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from components.trainer.stack import fit_stack, sigmoid


def draw(count: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, count)
    return (2 * labels[:, None] - 1) * [0.5, 1.0] + rng.normal(size=(count, 2)) * [1.0, 3.0], labels


def test_weights_are_those_of_an_unpenalised_logistic_regression() -> None:
    logits, labels = draw()
    stack = fit_stack(logits, labels, np.ones(len(labels)))
    theirs = LogisticRegression(C=1e8, tol=1e-8, max_iter=1000).fit(logits, labels)
    np.testing.assert_allclose(stack.weights, theirs.coef_[0], atol=1e-3)
    assert stack.bias == pytest.approx(theirs.intercept_[0], abs=1e-3)


def test_a_part_worse_than_chance_gets_no_weight_instead_of_a_turned_sign() -> None:
    logits, labels = draw()
    stack = fit_stack(logits * [1, -1], labels, np.ones(len(labels)))
    assert stack.weights[0] > 0.5
    assert stack.weights[1] == pytest.approx(0, abs=1e-6)


def test_separable_parts_have_a_finite_stack() -> None:
    labels = np.array([0, 1] * 20)
    stack = fit_stack((2.0 * labels - 1)[:, None], labels, np.ones(40))
    assert np.isfinite([*stack.weights, stack.bias]).all()


def test_probabilities_do_not_overflow() -> None:
    np.testing.assert_allclose(sigmoid(np.array([-1e4, 0.0, 1e4])), [0, 0.5, 1])
