"""Optimizer, schedule, losses and metrics of a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from components.errors import InputError
from components.trainer.training.binding import LOGIT

SCHEDULES = ("constant", "cosine", "plateau")
_AUXILIARY_WEIGHT = 0.3


def compile_model(model: keras.Model, spec: Mapping[str, Any], steps: int) -> None:
    """Compile a model with Adam and binary cross-entropy from logits.

    Losses that the model adds by itself are kept. The metric `auc` is Keras's, over 200 thresholds, of the logits that
    training sees anyway: a curve to look at. What chooses the epoch is exact, and not computed here.

    Args:
        model: Gives one logit, or a dict with `logit` and auxiliary logits.
        spec: `learning_rate`; `schedule`: `constant`, `cosine` (down to 0 over all epochs) or `plateau` (constant
            here, lowered by a callback); `auxiliary_weight`: of each auxiliary logit's loss.
        steps: Batches in an epoch.

    Raises:
        InputError: The schedule is unknown, or a dict of outputs has no `logit`.
    """
    schedule = spec.get("schedule", "constant")
    if schedule not in SCHEDULES:
        raise InputError(f"train.schedule must be one of {', '.join(SCHEDULES)}. Received: {schedule!r}")
    rate = spec["learning_rate"]
    if schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, steps * spec["epochs"])
    model.compile(optimizer=keras.optimizers.Adam(rate), **_losses(model, spec))
    if isinstance(model.output, Mapping):
        # The losses' running means, made within the first trace of a step, would have it traced twice.
        nothing = {name: keras.ops.zeros((1, 1)) for name in model.output}
        model.compute_loss(y=nothing, y_pred=nothing)


def _losses(model: keras.Model, spec: Mapping[str, Any]) -> dict[str, Any]:
    auc = keras.metrics.AUC(from_logits=True, name="auc")
    if not isinstance(model.output, Mapping):
        return {"loss": keras.losses.BinaryCrossentropy(from_logits=True), "metrics": [auc]}
    if LOGIT not in model.output:
        raise InputError(f"a model's main output must be called {LOGIT}. Received: {', '.join(model.output)}")
    weight = spec.get("auxiliary_weight", _AUXILIARY_WEIGHT)
    return {
        "loss": {name: keras.losses.BinaryCrossentropy(from_logits=True) for name in model.output},
        "loss_weights": {name: 1.0 if name == LOGIT else weight for name in model.output},
        "metrics": {LOGIT: [auc]},
    }
