"""Exact AUC and loss on the eval split after every epoch, and an end to a training that diverged."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from components.bootstrap import exact_auc
from components.errors import FusegateError
from components.trainer.training.binding import LOGIT, main_logit

VAL_AUC = "val_auc"
_BATCH = 512


class EvalMonitor(keras.callbacks.Callback):
    """Adds `val_auc`, `val_loss` and `learning_rate` to an epoch's logs.

    It takes the place of `validation_data`: Keras's AUC sorts scores into 200 thresholds, which is too coarse to choose
    an epoch by, and `evaluate` yields no scores. `val_loss` is the cross-entropy of the main logit alone.

    Args:
        inputs: The eval split's arrays by name.
        labels: Shape (n, 1), 0 or 1, both present.
        name: Of the model, for errors.
    """

    def __init__(self, inputs: dict[str, NDArray], labels: NDArray[np.float32], name: str):
        super().__init__()
        self._labels = labels[:, 0].astype(int)
        self._name = name
        self._batches = [
            {key: tf.convert_to_tensor(array[start : start + _BATCH]) for key, array in inputs.items()}
            for start in range(0, len(labels), _BATCH)
        ]

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Add the figures to the logs; raise FusegateError where the loss or a logit is not finite."""
        logits = np.concatenate([main_logit(self.model.predict_on_batch(batch))[:, 0] for batch in self._batches])
        self._refuse_divergence(epoch, logs["loss"], logits)
        # Keras puts the output's name before the metric's where there are several outputs.
        if f"{LOGIT}_auc" in logs:
            logs["auc"] = logs.pop(f"{LOGIT}_auc")
        scores = logits.astype(np.float64)
        logs["val_loss"] = float(np.mean(np.logaddexp(0, scores) - scores * self._labels))
        logs[VAL_AUC] = exact_auc(scores, self._labels)
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)

    def _refuse_divergence(self, epoch: int, loss: float, logits: NDArray) -> None:
        if np.isfinite(loss) and np.isfinite(logits).all():
            return
        rate = float(self.model.optimizer.learning_rate)
        unusable = np.count_nonzero(~np.isfinite(logits))
        raise FusegateError(
            f"{self._name}: the loss and all logits must be finite. Received: loss {loss} and {unusable} of "
            f"{len(logits)} eval logits not finite in epoch {epoch + 1}, at learning rate {rate:g}. "
            "Lower train.learning_rate, standardise unbounded vectors (image_branch.normalize: true), and look for "
            "values in the inputs that are not finite"
        )
