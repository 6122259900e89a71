from __future__ import annotations

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegressionCV

from components.bootstrap import exact_auc
from components.trainer.branches import build_linear
from components.trainer.folds import make_folds
from components.trainer.linear import fit_linear


def draw(count: int, width: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = np.random.default_rng(99).normal(size=width) / np.sqrt(width)
    features = rng.normal(size=(count, width))
    return features, (rng.random(count) < 1 / (1 + np.exp(-2 * features @ truth))).astype(int)


def test_a_convex_part_reaches_scikit_learns_optimum_on_the_same_features() -> None:
    features, labels = draw(600, 40, 0)
    test, truth = draw(4000, 40, 1)
    folds = make_folds(labels, np.arange(600), 5, 0)
    ours = fit_linear(features, labels, folds, np.ones(600))
    model = build_linear("linear", {"image_features": 40}, ours.weights, ours.bias)
    logits = model.predict({"image_features": test.astype("float32")}, verbose=0)[:, 0]
    theirs = LogisticRegressionCV(Cs=20, cv=5, scoring="roc_auc", max_iter=1000).fit(features, labels)
    assert exact_auc(logits, truth) >= exact_auc(theirs.decision_function(test), truth) - 0.002


def test_sparse_and_dense_features_give_the_same_fit() -> None:
    features, labels = draw(200, 10, 0)
    features = np.where(np.abs(features) > 0.7, features, 0)
    folds = make_folds(labels, np.arange(200), 4, 0)
    dense = fit_linear(features, labels, folds, np.ones(200))
    other = fit_linear(sparse.csr_matrix(features), labels, folds, np.ones(200))
    assert dense.strength == other.strength
    np.testing.assert_allclose(dense.weights, other.weights, atol=1e-3)


def test_scores_out_of_fold_know_nothing_of_their_own_label() -> None:
    rng = np.random.default_rng(0)
    features, labels = rng.normal(size=(150, 300)), rng.integers(0, 2, 150)
    fitted = fit_linear(features, labels, make_folds(labels, np.arange(150), 5, 0), np.ones(150))
    assert exact_auc(features @ fitted.weights, labels) > 0.95
    assert 0.3 < exact_auc(fitted.out_of_fold, labels) < 0.7


def test_a_group_stays_in_one_fold_and_the_labels_are_dealt_evenly() -> None:
    rng = np.random.default_rng(0)
    groups, labels = np.repeat(np.arange(100), 3), rng.integers(0, 2, 300)
    folds = make_folds(labels, groups, 5, 0)
    assert all(len(set(folds[groups == group])) == 1 for group in range(100))
    shares = [labels[folds == fold].mean() for fold in range(5)]
    assert max(shares) - min(shares) < 0.15
