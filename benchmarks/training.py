"""Fusegate's training loop against a bare Keras `fit` on the same arrays: an epoch, and the four fits of a branch.

Run: `python benchmarks/training.py [--repeat 5] [--epochs 10]`. Same model, compile, batch size and eval split, in turn
in one process. Of the epochs the first, which traces, is left out. Ours does all it does in production: exact AUC,
early stopping, gradient norms, checkpoints, TensorBoard. A branch is fitted on each of three folds and on all, bare
with a model each, ours with one; there tracing counts. The ratios are printed; 1 is the bare fit.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

sys.path.insert(0, str(Path(__file__).parents[1]))

from components import keys
from components.quiet import quiet_logs
from components.trainer.fit import fit
from components.trainer.training.binding import inputs_of, labels_of
from components.trainer.training.compile_model import compile_model
from components.trainer.training.renewed import Renewed

TRAIN, EVAL, FOLDS = 3000, 1000, 3
VOCABULARY, TOKENS = 10_000, 64
SPEC = {"batch_size": 64, "learning_rate": 1e-3, "patience": 1_000}


class EpochTimes(keras.callbacks.Callback):
    """Seconds from each epoch's beginning to the next one's, or to the end of the fit: all callbacks are within."""

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin anew."""
        self._began: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note the time."""
        self._began.append(time.perf_counter())

    def median(self) -> float:
        """Return the median of all epochs but the first, which traces, and the last, which has no next one."""
        return float(np.median(np.diff(self._began)[1:]))


def main() -> None:
    """Time both ways over both models."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5, help="times each way is measured (default: 5)")
    parser.add_argument("--epochs", type=int, default=10, help="epochs of a fit (default: 10)")
    parser.add_argument("--train", type=int, default=TRAIN, help=f"training examples (default: {TRAIN})")
    arguments = parser.parse_args()
    quiet_logs()
    tf.config.experimental.enable_op_determinism()
    train, evaluation = draw(arguments.train, 1), draw(EVAL, 2)
    spec = SPEC | {"epochs": arguments.epochs}
    results = {}
    for make_model in (mlp, lstm):
        for what, ways in (("epoch", (fit_bare, fit_ours)), ("folds", (fold_bare, fold_ours))):
            bare, ours = [], []
            for repeat in range(arguments.repeat):
                pair = list(zip((bare, ours), ways, strict=True))
                for seconds, way in pair if repeat % 2 else reversed(pair):
                    seconds.append(way(make_model, train, evaluation, spec))
            ratio = statistics.median(ours) / statistics.median(bare)
            results[f"{make_model.__name__} {what}"] = {"bare": bare, "ours": ours, "ratio": ratio}
            print(f"{make_model.__name__:5}{what} bare {1e3 * statistics.median(bare):8.1f} ms", end="   ")
            print(f"ours {1e3 * statistics.median(ours):8.1f} ms   ratio {ratio:.2f}", flush=True)
    print(json.dumps(results))


def mlp() -> keras.Model:
    """Build a small head over an image vector and a sentence vector."""
    inputs = {"image_vector": keras.Input((1280,)), "text_vector": keras.Input((384,))}
    halves = [
        keras.layers.Dense(64, "relu", name=f"{name}_dense")(keras.layers.Dropout(0.3)(tensor))
        for name, tensor in inputs.items()
    ]
    return keras.Model(inputs, keras.layers.Dense(1, name="logit")(keras.layers.Concatenate()(halves)), name="mlp")


def lstm() -> keras.Model:
    """Build a recurrent text model."""
    tokens = keras.Input((TOKENS,), dtype="int64")
    embedded = keras.layers.Embedding(VOCABULARY, 64, mask_zero=True)(tokens)
    features = keras.layers.LSTM(32)(keras.layers.SpatialDropout1D(0.5)(embedded))
    return keras.Model({"tokens": tokens}, keras.layers.Dense(1, name="logit")(features), name="lstm")


def draw(count: int, seed: int) -> dict[str, np.ndarray]:
    """Draw vectors, padded tokens and labels."""
    rng = np.random.default_rng(seed)
    tokens = rng.integers(1, VOCABULARY, (count, TOKENS))
    tokens[np.arange(TOKENS) >= rng.integers(4, TOKENS, (count, 1))] = 0
    return {
        "image_vector": rng.normal(size=(count, 1280)).astype(np.float32),
        "text_vector": rng.normal(size=(count, 384)).astype(np.float32),
        "tokens": tokens,
        keys.LABEL: rng.integers(0, 2, count),
    }


def fit_bare(make_model: Callable[[], keras.Model], train: Any, evaluation: Any, spec: dict[str, Any]) -> float:
    """Return the seconds per epoch of Keras alone."""
    keras.utils.set_random_seed(1)
    model = make_model()
    compile_model(model, spec, steps=0)
    times = EpochTimes()
    model.fit(
        inputs_of(model, train),
        labels_of(train),
        validation_data=(inputs_of(model, evaluation), labels_of(evaluation)),
        epochs=spec["epochs"],
        batch_size=spec["batch_size"],
        callbacks=[times],
        verbose=0,
    )
    return times.median()


def fit_ours(make_model: Callable[[], keras.Model], train: Any, evaluation: Any, spec: dict[str, Any]) -> float:
    """Return the seconds per epoch of ours."""
    times = EpochTimes()
    with tempfile.TemporaryDirectory() as folder:
        fit(make_model, train, evaluation, spec, seed=1, folder=folder, log_dir=f"{folder}/logs", callbacks=[times])
    return times.median()


def fold_bare(make_model: Callable[[], keras.Model], train: Any, evaluation: Any, spec: dict[str, Any]) -> float:
    """Return the seconds of a branch's fits with Keras alone, a model for each."""
    started = time.perf_counter()
    for fold in folds(train):
        fit_bare(make_model, fold, evaluation, spec)
    return time.perf_counter() - started


def fold_ours(make_model: Callable[[], keras.Model], train: Any, evaluation: Any, spec: dict[str, Any]) -> float:
    """Return the seconds of the same fits with ours."""
    started = time.perf_counter()
    renewed = Renewed(make_model)
    with tempfile.TemporaryDirectory() as folder:
        for fold in folds(train):
            fit(renewed, fold, evaluation, spec, seed=1, folder=folder)
    return time.perf_counter() - started


def folds(train: dict[str, np.ndarray]) -> list[dict[str, np.ndarray]]:
    """Return the examples without each fold in turn, and all."""
    place = np.arange(len(train[keys.LABEL])) % FOLDS
    return [{name: array[place != fold] for name, array in train.items()} for fold in range(FOLDS + 1)]


if __name__ == "__main__":
    main()
