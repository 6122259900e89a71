from __future__ import annotations

import keras
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from components import keys
from components.trainer import model as models
from components.trainer.fit import fit, predict_logits
from components.trainer.late import fit_late

WIDTHS = models.Widths(image=6, text=None, tokens=5, vocabulary=20)
SPEC = {
    "image_branch": {"normalize": True, "input_dropout": 0.0, "dense": [8], "l2": 1e-5, "dropout": 0.1},
    "text_branch": {"embedding": 8, "lstm": 8, "dropout": 0.1, "dense": 8},
    "train": {"head": "bilinear", "rank": 4, "epochs": 15, "batch_size": 32, "learning_rate": 1e-2, "patience": 15},
}
STATISTICS = {keys.IMAGE_VECTOR: (np.zeros(6), np.ones(6)), keys.TEXT_VECTOR: (np.zeros(3), np.ones(3))}


def arrays(count: int, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, (count, 1))
    tokens = rng.integers(3, 20, (count, 5))
    tokens[:, 0] = 1 + labels[:, 0]
    return {
        keys.IMAGE_VECTOR: (rng.normal(size=(count, 6)) + labels).astype("float32"),
        keys.TOKENS: tokens,
        keys.LABEL: labels,
    }


@pytest.mark.parametrize("head", ["concat", "bilinear"])
@pytest.mark.parametrize("text", [None, 3])
def test_every_model_ends_in_one_linear_logit(head: str, text: int | None) -> None:
    spec = SPEC | {"train": SPEC["train"] | {"head": head}}
    widths = models.Widths(6, text, 5, 20)
    sentence = {keys.TEXT_VECTOR} if text else set()
    for build, inputs in (
        (models.build_image_only, {keys.IMAGE_VECTOR}),
        (models.build_text_only, {keys.TOKENS} | sentence),
        (models.build_fused, {keys.IMAGE_VECTOR, keys.TOKENS} | sentence),
    ):
        made = build(spec, widths, STATISTICS)
        assert set(made.input) == inputs
        assert made.output.shape == (None, 1)
        assert made.layers[-1].activation is keras.activations.linear


def test_padding_does_not_change_the_text_models_answer() -> None:
    made = models.build_text_only(SPEC, WIDTHS, STATISTICS)
    longer = models.build_text_only(SPEC, models.Widths(6, None, 9, 20), STATISTICS)
    longer.set_weights(made.get_weights())
    tokens = np.array([[4, 5, 6, 0, 0]])
    short = made.predict({keys.TOKENS: tokens}, verbose=0)
    padded = longer.predict({keys.TOKENS: np.pad(tokens, [[0, 0], [0, 4]])}, verbose=0)
    np.testing.assert_allclose(short, padded, atol=1e-6)


def test_fit_learns_and_the_same_seed_gives_identical_weights() -> None:
    train, evaluation = arrays(200, 1), arrays(100, 2)
    weights = []
    for _ in range(2):
        keras.utils.set_random_seed(5)
        result = fit(models.build_fused(SPEC, WIDTHS, STATISTICS), train, evaluation, SPEC["train"])
        weights.append(result.model.get_weights())
    assert result.eval_auc > 0.95
    for one, two in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, two)


def test_weights_of_the_best_epoch_are_restored() -> None:
    keras.utils.set_random_seed(5)
    evaluation = arrays(60, 4)
    spec = SPEC["train"] | {"epochs": 6, "learning_rate": 0.3}
    result = fit(models.build_fused(SPEC, WIDTHS, STATISTICS), arrays(60, 3), evaluation, spec)
    metric = keras.metrics.AUC(from_logits=True)
    metric.update_state(evaluation[keys.LABEL], predict_logits(result.model, evaluation)[:, None])
    assert float(metric.result()) == pytest.approx(result.eval_auc, abs=1e-6)


def test_late_weights_are_those_of_a_logistic_regression() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 400)
    logits = labels[:, None] * [1.0, 2.5] + rng.normal(size=(400, 2))
    weights, bias = fit_late(logits, labels)
    wanted = LogisticRegression(C=1e6).fit(logits, labels)
    np.testing.assert_allclose(weights, wanted.coef_[0], rtol=0.05)
    assert bias == pytest.approx(wanted.intercept_[0], rel=0.05)


def test_late_weights_are_finite_on_separable_data() -> None:
    labels = np.array([0, 0, 1, 1])
    weights, bias = fit_late(np.array([[-9.0, -8], [-7, -9], [8, 9], [9, 7]]), labels)
    assert np.isfinite([*weights, bias]).all()
