"""Fit one model: the same budget, seed and early stopping for each part and for the fused model."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from components import keys

Arrays = Mapping[str, NDArray]


@dataclasses.dataclass(frozen=True)
class Fitted:
    """A fitted model.

    Attributes:
        model: The model, with the weights of its best epoch.
        epochs: Epochs that were run.
        eval_auc: AUC on the eval split at the best epoch.
    """

    model: keras.Model
    epochs: int
    eval_auc: float


def fit(model: keras.Model, train: Arrays, evaluation: Arrays, spec: Mapping[str, Any]) -> Fitted:
    """Fit a model with binary cross-entropy from logits and early stopping on the eval split's AUC.

    Args:
        model: From a dict of inputs to one logit.
        train: The model's inputs and `label`, by name, the first axis being the examples.
        evaluation: The same for the eval split.
        spec: Section `train` of the configuration.

    Returns:
        The model with the weights of its best epoch.
    """
    model.compile(
        optimizer=keras.optimizers.Adam(spec["learning_rate"]),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.AUC(from_logits=True, name="auc")],
    )
    stop = keras.callbacks.EarlyStopping(
        "val_auc", mode="max", patience=spec["patience"], restore_best_weights=True, start_from_epoch=0
    )
    history = model.fit(
        _inputs(model, train),
        _labels(train),
        validation_data=(_inputs(model, evaluation), _labels(evaluation)),
        epochs=spec["epochs"],
        batch_size=spec["batch_size"],
        callbacks=[stop],
        verbose=0,
    )
    aucs = history.history["val_auc"]
    return Fitted(model, len(aucs), float(max(aucs)))


def predict_logits(model: keras.Model, arrays: Arrays, batch_size: int = 256) -> NDArray[np.float32]:
    """Return a model's logits, shape (n,)."""
    return model.predict(_inputs(model, arrays), batch_size=batch_size, verbose=0)[:, 0]


def _inputs(model: keras.Model, arrays: Arrays) -> dict[str, NDArray]:
    return {name: arrays[name] for name in model.input}


def _labels(arrays: Arrays) -> NDArray[np.float32]:
    return arrays[keys.LABEL].astype(np.float32).reshape(-1, 1)
