"""Preflight for anyone's own `fit`."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any

import keras

from components.errors import FusegateError
from components.preflight.checks.saturated_loss import BAND, CLIPPED
from components.preflight.codes import CONSTANT_OUTPUT, EXPLODING, ONE_UNIT_SOFTMAX, SATURATED_LOSS
from components.preflight.finding import Finding
from components.preflight.loss_spec import BINARY, loss_spec
from components.preflight.preflight import preflight
from components.preflight.report import Report

_LOG = logging.getLogger(__name__)
_WATCHED = frozenset(kind.code for kind in (ONE_UNIT_SOFTMAX, CONSTANT_OUTPUT, SATURATED_LOSS, EXPLODING))
# The loss of a classifier that learns may pass through the band by chance, but not with the same value twice.
_STILL = 1e-3
_ACCURACIES = ("accuracy", "acc", "binary_accuracy")


class PreflightError(FusegateError):
    """Preflight found errors; training does not start, or does not go on.

    Args:
        report: What was found.
    """

    def __init__(self, report: Report):
        self.report = report
        codes = ", ".join(sorted({finding.code for finding in report.errors}))
        super().__init__(f"preflight must find no error. Received: {codes}. Mend what follows:\n{report.to_text()}")


class PreflightCallback(keras.callbacks.Callback):
    """Checks a model before the first epoch, and watches the first epochs for a constant output.

    Loss and optimizer are read from the compiled model. Keras hands no arrays to callbacks: pass those that `fit`
    gets, or only the layers are checked.

    Args:
        train: `(inputs, labels)` as arrays.
        evaluation: The same for validation.
        validation_split: What `fit` gets as validation_split.
        watch_epochs: Epochs after each of which the output and the loss are looked at.
        ignore: Codes that are left out.

    Example:
        model.fit(x, y, callbacks=[PreflightCallback((x, y), validation_split=0.2)], validation_split=0.2)
    """

    def __init__(
        self,
        train: Any = None,
        evaluation: Any = None,
        *,
        validation_split: float | None = None,
        watch_epochs: int = 3,
        ignore: Collection[str] = (),
    ):
        super().__init__()
        self.train = train
        self.evaluation = evaluation
        self.validation_split = validation_split
        self.watch_epochs = watch_epochs
        self.ignore = frozenset(ignore)
        self.report: Report | None = None
        self._last: float | None = None

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Check everything; raise PreflightError on errors, log warnings."""
        self._last = None
        self._act(
            preflight(
                self.model,
                self.train,
                self.evaluation,
                trained=False,
                validation_split=self.validation_split,
                ignore=self.ignore,
            )
        )

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Look at the loss and, with arrays, at the output again; raise PreflightError on errors."""
        if epoch >= self.watch_epochs:
            return
        saturated = self._saturated(logs or {})
        if saturated is not None:
            self._act(Report((saturated,)))
        if self.train is not None:
            inputs, labels = self.train
            report = preflight(self.model, (inputs, labels), trained=True, ignore=self.ignore)
            found = tuple(finding for finding in report.errors if finding.code in _WATCHED)
            self._act(Report(found, rows=report.rows, seconds=report.seconds))

    def _act(self, report: Report) -> None:
        self.report = report
        for found in report.warnings:
            title = f"{found.code} {found.kind.title} ({found.where})"
            _LOG.warning("%s: %s. %s", title, found.sentence, found.kind.mend)
        if report.errors:
            raise PreflightError(report)

    def _saturated(self, logs: Mapping[str, float]) -> Finding | None:
        """Find the fingerprint in what Keras logs: each wrong answer costs 16.118, in two epochs alike."""
        compiled = self.model.loss
        spec = None if isinstance(compiled, dict | list | tuple) else loss_spec(compiled)
        accuracy = next((float(logs[name]) for name in _ACCURACIES if name in logs), None)
        if spec is None or spec.family != BINARY or accuracy is None or accuracy == 1 or "loss" not in logs:
            return None
        loss = float(logs["loss"]) - sum(float(penalty) for penalty in self.model.losses)
        last, self._last = self._last, loss
        cost = loss / (1 - accuracy)
        if last is None or abs(loss - last) > _STILL or not BAND[0] <= cost <= BAND[1]:
            return None
        if SATURATED_LOSS.code in self.ignore:
            return None
        return Finding(
            SATURATED_LOSS,
            "training",
            f"the loss is {loss:.3f} at an accuracy of {accuracy:.3f} in two epochs: "
            f"{CLIPPED} x {1 - accuracy:.3f} = {CLIPPED * (1 - accuracy):.3f}",
            {"loss": loss, "accuracy": accuracy, "loss_by_share": cost},
        )
