"""A line of progress now and then."""

from __future__ import annotations

import logging

import keras

from components.trainer.training.eval_monitor import VAL_AUC

_LINES = 10
_LOG = logging.getLogger("fusegate.trainer")


class ProgressLog(keras.callbacks.Callback):
    """Logs at most about ten lines per fit, at level INFO: quiet unless asked for.

    Args:
        name: Of the model.
    """

    def __init__(self, name: str):
        super().__init__()
        self._name = name

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Log the epoch where it is its turn."""
        epochs = self.params["epochs"]
        if (epoch + 1) % max(1, epochs // _LINES) == 0 or self.model.stop_training:
            figures = (logs["loss"], logs["auc"], logs[VAL_AUC])
            _LOG.info("%s: epoch %d/%d, loss %.4f, AUC %.3f, on eval %.3f", self._name, epoch + 1, epochs, *figures)
