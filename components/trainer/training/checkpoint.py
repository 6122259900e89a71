"""The state of a fit after an epoch, kept so that a killed run goes on as if nothing had happened."""

from __future__ import annotations

import io
import json
import logging
import time
import zipfile
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

_LOG = logging.getLogger("fusegate.trainer")
# A checkpoint is written when this many times its own cost has passed: at most 5 % of the time goes there.
_COST_FACTOR = 20
# What the first one is taken to cost: a fit of a second or two keeps its end alone.
_ASSUMED_COST = 0.1
_STOP = ("wait", "best", "best_epoch")
_PLATEAU = ("wait", "best", "cooldown_counter")


class Checkpoint(keras.callbacks.Callback):
    """Keeps the whole state of a fit in one file, replaced atomically, and the history of all epochs.

    Keras's BackupAndRestore does not serve: it keeps weights and optimizer, but not the random states of dropout, the
    best weights and counters of early stopping, the plateau's, nor the history; it writes in place, two files one
    after the other; and it takes up whatever lies in its folder. Weights files of Keras leave out random states too,
    so the state is one npz of arrays, read without pickle.

    The file stays after the last epoch: it then holds the finished result.

    Args:
        path: The file, its name telling this fit from all others; None keeps the history alone.
        stop: Early stopping with best weights, of the same fit, before this in the list of callbacks.
        plateau: The learning rate's reduction, likewise, where there is one.

    Attributes:
        epoch: Epochs done.
        history: By name, a number per epoch done.
    """

    def __init__(
        self,
        path: str | None,
        stop: keras.callbacks.EarlyStopping,
        plateau: keras.callbacks.ReduceLROnPlateau | None = None,
    ):
        super().__init__()
        self.epoch = 0
        self.history: dict[str, list[float]] = {}
        self._path = path
        self._stop = stop
        self._plateau = plateau
        self._due = 0.0
        self._counters: dict[str, Any] = {}
        self._best: list[NDArray] = []

    def restore(self, model: keras.Model) -> bool:
        """Bring a compiled model whose optimizer is built to the state of the file, where there is one.

        Returns:
            Whether the fit is finished: the model then has its best weights.
        """
        if self._path is None or not tf.io.gfile.exists(self._path):
            return False
        try:
            with tf.io.gfile.GFile(self._path, "rb") as file:
                arrays = dict(np.load(io.BytesIO(file.read()), allow_pickle=False))
            state = json.loads(arrays["state"].tobytes())
        except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
            _LOG.warning("%s cannot be read and is not used: %s", self._path, error)
            return False
        for name, variables in (("model", model.variables), ("optimizer", model.optimizer.variables)):
            for index, variable in enumerate(variables):
                variable.assign(arrays[f"{name}_{index}"])
        self.epoch, self.history, self._counters = state["epoch"], state["history"], state["counters"]
        self._best = [arrays[f"best_{index}"] for index in range(len(model.weights))]
        self._set_counters()
        if state["finished"]:
            model.set_weights(self._best)
        _LOG.info("%s: goes on after epoch %d", self._path, self.epoch)
        return state["finished"]

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Give early stopping and plateau, which reset themselves here, their counters back."""
        self._due = time.monotonic() + _COST_FACTOR * _ASSUMED_COST
        if self._counters:
            self._set_counters()

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Take up the epoch's figures, and write the state where it is due or the last."""
        self.epoch = epoch + 1
        for name, value in logs.items():
            self.history.setdefault(name, []).append(float(value))
        finished = self.model.stop_training or self.epoch == self.params["epochs"]
        started = time.monotonic()
        if self._path is not None and (finished or started >= self._due):
            self._write(finished)
            ended = time.monotonic()
            self._due = ended + _COST_FACTOR * (ended - started)

    def _set_counters(self) -> None:
        for callback, values in ((self._stop, self._counters["stop"]), (self._plateau, self._counters["plateau"])):
            for name, value in values.items():
                setattr(callback, name, value)
        self._stop.best_weights = self._best

    def _write(self, finished: bool) -> None:
        state = {
            "epoch": self.epoch,
            "finished": finished,
            "history": self.history,
            "counters": {
                "stop": {name: getattr(self._stop, name) for name in _STOP},
                "plateau": {name: getattr(self._plateau, name) for name in _PLATEAU} if self._plateau else {},
            },
        }
        arrays = {"state": np.frombuffer(json.dumps(state).encode(), np.uint8)}
        groups = {
            "model": self.model.variables,
            "optimizer": self.model.optimizer.variables,
            "best": self._stop.best_weights,
        }
        for name, values in groups.items():
            arrays |= {f"{name}_{index}": np.asarray(value) for index, value in enumerate(values)}
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        aside = f"{self._path}.part"
        with tf.io.gfile.GFile(aside, "wb") as file:
            file.write(buffer.getvalue())
        tf.io.gfile.rename(aside, self._path, overwrite=True)
