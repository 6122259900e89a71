from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import roc_auc_score

from components import keys
from components.errors import FusegateError, InputError
from components.trainer.fit import Fitted, fit, predict_logits
from components.trainer.training import checkpoint
from components.trainer.training.warm_start import weights_by_path

SPEC = {"epochs": 5, "batch_size": 16, "learning_rate": 1e-2, "patience": 5}
# The plateau's counters, the best weights and the random states all matter for what follows the kill.
LONG = SPEC | {"epochs": 9, "schedule": "plateau", "patience": 3, "class_weight": "balanced", "learning_rate": 0.1}
KILLED_IN_EPOCH = 4


@pytest.fixture(autouse=True, scope="module")
def _deterministic_ops() -> None:
    tf.config.experimental.enable_op_determinism()


def draw(count: int, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = (rng.random(count) < 0.3).astype(np.int64)
    labels[:2] = 0, 1
    return {
        "vector": (rng.normal(size=(count, 6)) + 0.4 * labels[:, None]).astype(np.float32),
        "tokens": rng.integers(1, 9, (count, 4)),
        "not_read": np.full(count, np.nan),
        keys.LABEL: labels,
    }


TRAIN, EVAL = draw(75, 1), draw(40, 2)


def two_branches(width: int = 4) -> keras.Model:
    vector = keras.Input((6,), name="vector")
    tokens = keras.Input((4,), dtype="int64", name="tokens")
    image = keras.layers.Dense(width, "relu", name="image_dense_0")(keras.layers.Dropout(0.5)(vector))
    image = keras.layers.BatchNormalization(name="image_norm")(image)
    text = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(9, 4, name="text_embedding")(tokens))
    both = keras.layers.Dropout(0.2)(keras.layers.Concatenate()([image, text]))
    heads = {
        "image": keras.layers.Dense(1, name="image_head")(image),
        "logit": keras.layers.Dense(1, name="fused_head")(both),
    }
    return keras.Model({"vector": vector, "tokens": tokens}, heads, name="fused")


def linear() -> keras.Model:
    vector = keras.Input((6,), name="vector")
    return keras.Model(
        {"vector": vector}, keras.layers.Dense(1, name="image_logit")(keras.layers.Dropout(0.5)(vector)), name="linear"
    )


class KillMidEpoch(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if (self.epoch, batch) == (KILLED_IN_EPOCH, 2):
            os.kill(os.getpid(), signal.SIGKILL)


class CountEpochs(keras.callbacks.Callback):
    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.count += 1


def fit_until_killed(folder: str) -> None:
    checkpoint._COST_FACTOR = 0
    tf.config.experimental.enable_op_determinism()
    fit(two_branches, TRAIN, EVAL, LONG, seed=3, folder=folder, callbacks=[KillMidEpoch()])


def assert_same(one: Fitted, other: Fitted) -> None:
    assert (one.history, one.epochs, one.best_epoch) == (other.history, other.epochs, other.best_epoch)
    for left, right in zip(one.model.get_weights(), other.model.get_weights(), strict=True):
        assert left.tobytes() == right.tobytes()


def test_a_run_killed_in_the_middle_of_an_epoch_ends_with_the_weights_of_an_uninterrupted_one(tmp_path: Path) -> None:
    script = f"import runpy; runpy.run_path({__file__!r})['fit_until_killed']({str(tmp_path)!r})"
    child = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[3], check=False)
    assert child.returncode == -signal.SIGKILL
    counter = CountEpochs()
    resumed = fit(two_branches, TRAIN, EVAL, LONG, seed=3, folder=str(tmp_path), callbacks=[counter])
    whole = fit(two_branches, TRAIN, EVAL, LONG, seed=3)
    assert whole.epochs > KILLED_IN_EPOCH
    assert counter.count == whole.epochs - KILLED_IN_EPOCH
    assert_same(resumed, whole)


def test_a_finished_fit_is_kept_and_one_of_anything_else_is_not_used(tmp_path: Path) -> None:
    def epochs(
        make_model: Callable[[], keras.Model] = linear,
        train: dict[str, np.ndarray] = TRAIN,
        spec: dict[str, Any] = SPEC,
        seed: int = 1,
    ) -> tuple[int, Fitted]:
        counter = CountEpochs()
        fitted = fit(make_model, train, EVAL, spec, seed=seed, folder=str(tmp_path), callbacks=[counter])
        return counter.count, fitted

    def penalised() -> keras.Model:
        model = linear()
        model.get_layer("image_logit").kernel_regularizer = keras.regularizers.L2(0.1)
        return model

    count, first = epochs()
    assert count == 5
    count, again = epochs()
    assert count == 0
    assert_same(first, again)
    assert first.eval_auc == again.eval_auc
    short = SPEC | {"epochs": 1}
    assert epochs(spec=short)[0] == 1
    assert epochs(spec=short, seed=2)[0] == 1
    assert epochs(penalised, spec=short)[0] == 1
    assert epochs(spec=short, train=TRAIN | {keys.LABEL: 1 - TRAIN[keys.LABEL]})[0] == 1
    for path in tmp_path.glob("linear-*"):
        path.write_bytes(path.read_bytes()[:-40])
    count, anew = epochs()
    assert count == 5
    assert_same(first, anew)


def test_the_first_best_epoch_by_exact_auc_is_restored_and_the_seed_decides() -> None:
    # Few examples, so that many epochs tie.
    few = {name: array[:9] for name, array in EVAL.items()}
    spec = SPEC | {"epochs": 12, "patience": 4}
    one = fit(linear, TRAIN, few, spec, seed=5)
    aucs = one.history["val_auc"]
    assert one.epochs == len(aucs) == min(12, one.best_epoch + 4)
    assert one.best_epoch == 1 + aucs.index(max(aucs))
    assert one.eval_auc == max(aucs) == pytest.approx(roc_auc_score(few[keys.LABEL], predict_logits(one.model, few)))
    assert_same(one, fit(linear, TRAIN, few, spec, seed=5))
    other = fit(linear, TRAIN, few, spec, seed=6)
    assert not np.array_equal(other.model.get_weights()[0], one.model.get_weights()[0])


def test_of_several_seeds_the_one_with_the_median_auc_is_returned() -> None:
    spec = SPEC | {"epochs": 1, "seeds": 3}
    fitted = fit(linear, TRAIN, EVAL, spec, seed=10)
    assert list(fitted.seed_aucs) == [10, 11, 12]
    assert fitted.eval_auc == sorted(fitted.seed_aucs.values())[1] == fitted.seed_aucs[fitted.seed]
    assert_same(fitted, fit(linear, TRAIN, EVAL, spec | {"seeds": 1}, seed=fitted.seed))


def test_an_auxiliary_head_learns_by_its_weight() -> None:
    def head(weight: float) -> tuple[np.ndarray, np.ndarray]:
        keras.utils.set_random_seed(1)
        before = two_branches().get_layer("image_head").kernel.numpy()
        spec = SPEC | {"epochs": 1, "auxiliary_weight": weight}
        return before, fit(two_branches, TRAIN, EVAL, spec, seed=1).model.get_layer("image_head").kernel.numpy()

    np.testing.assert_array_equal(*head(0.0))
    assert not np.array_equal(*head(0.3))


def test_balanced_weights_move_the_mean_probability_to_a_half() -> None:
    spec = SPEC | {"epochs": 60, "patience": 60, "learning_rate": 0.05, "class_weight": "balanced", "batch_size": 75}
    constant = TRAIN | {"vector": np.zeros_like(TRAIN["vector"])}
    logits = predict_logits(fit(linear, constant, EVAL, spec, seed=1).model, constant)
    assert np.abs(logits).max() < 0.05


def test_schedules_lower_the_learning_rate() -> None:
    cosine = fit(linear, TRAIN, EVAL, SPEC | {"schedule": "cosine"}, seed=1).history["learning_rate"]
    np.testing.assert_allclose(cosine, 1e-2 * (1 + np.cos(np.pi * np.arange(1, 6) / 5)) / 2, atol=1e-8)
    # No epoch is better than the first, which ranks all pairs right.
    clear = {"vector": np.repeat(TRAIN[keys.LABEL][:, None], 6, 1).astype(np.float32), keys.LABEL: TRAIN[keys.LABEL]}
    spec = SPEC | {"schedule": "plateau", "learning_rate": 0.5}
    plateau = fit(linear, clear, clear, spec, seed=1)
    np.testing.assert_allclose(plateau.history["learning_rate"], [0.5, 0.5, 0.5, 0.25, 0.25])
    assert plateau.best_epoch == 1


def test_gradient_norms_are_those_of_the_loss_without_dropout(tmp_path: Path) -> None:
    fitted = fit(linear, TRAIN, EVAL, SPEC | {"epochs": 1}, seed=1, log_dir=str(tmp_path))
    error = 1 / (1 + np.exp(-predict_logits(fitted.model, TRAIN).astype(np.float64))) - TRAIN[keys.LABEL]
    gradient = np.append(TRAIN["vector"].T @ error, error.sum()) / len(error)
    assert fitted.history["gradient_norm_image"] == pytest.approx([np.linalg.norm(gradient)], rel=1e-4)


def test_tensorboard_gets_scalars_of_every_epoch(tmp_path: Path) -> None:
    fitted = fit(two_branches, TRAIN, EVAL, SPEC | {"epochs": 2}, seed=4, log_dir=str(tmp_path))
    scalars: dict[str, list[float]] = {}
    for path in sorted((tmp_path / "fused" / "seed_4").rglob("events*")):
        for event in tf.compat.v1.train.summary_iterator(str(path)):
            for value in event.summary.value:
                scalars.setdefault(f"{path.parent.name}/{value.tag}", []).append(float(tf.make_ndarray(value.tensor)))
    for tag, name in {
        "train/epoch_loss": "loss",
        "train/epoch_auc": "auc",
        "validation/epoch_auc": "val_auc",
        "train/epoch_learning_rate": "learning_rate",
        "train/epoch_gradient_norm_image": "gradient_norm_image",
        "train/epoch_gradient_norm_text": "gradient_norm_text",
    }.items():
        np.testing.assert_allclose(scalars[tag], fitted.history[name], rtol=1e-6)
        assert len(scalars[tag]) == 2


def test_a_warm_start_loads_what_fits_and_tells_what_does_not() -> None:
    live = two_branches(width=4)
    initial = weights_by_path(live) | {"text_embedding/embeddings": np.ones((20, 4), np.float32)}
    still = SPEC | {"epochs": 1, "learning_rate": 1e-9}
    fitted = fit(two_branches, TRAIN, EVAL, still, seed=9, initial=initial)
    assert fitted.not_warm_started == ("text_embedding/embeddings",)
    assert set(fitted.warm_started) == set(initial) - {"text_embedding/embeddings"}
    kernel = fitted.model.get_layer("image_dense_0").kernel
    np.testing.assert_allclose(kernel, live.get_layer("image_dense_0").kernel, atol=1e-6)


def test_a_loss_that_is_not_finite_stops_with_model_epoch_and_remedy() -> None:
    broken = TRAIN | {"vector": TRAIN["vector"] * np.float32(1e38)}
    with pytest.raises(FusegateError, match=r"^linear: .*loss nan.* in epoch 1, .*Lower train\.learning_rate"):
        fit(linear, broken, EVAL, SPEC, seed=1)


def test_a_split_with_one_class_is_refused() -> None:
    alone = EVAL | {keys.LABEL: np.ones(40)}
    with pytest.raises(InputError, match=r"split eval must hold both classes. Received: 40 of 40"):
        fit(linear, TRAIN, alone, SPEC, seed=1)


@pytest.mark.parametrize("option", [{"schedule": "step"}, {"class_weight": "even"}, {"class_weight": [1, 0]}])
def test_an_unknown_option_is_refused_by_name(option: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"train.{next(iter(option))} must be"):
        fit(linear, TRAIN, EVAL, SPEC | option, seed=1)
