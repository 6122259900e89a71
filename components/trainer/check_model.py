"""Preflight of the Trainer's own models."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from components import keys
from components.preflight.callback import PreflightError
from components.preflight.finding import Finding
from components.preflight.preflight import preflight

_LOG = logging.getLogger("fusegate.trainer")
_LEAK = "FG020"


def check_model(
    model: keras.Model, train: Mapping[str, Any], evaluation: Mapping[str, Any], learning_rate: float
) -> list[Finding]:
    """Check a fresh model and the arrays that it will be fitted on; see `components.preflight`.

    Args:
        model: From a dict of inputs to one logit or to a dict of logits.
        train: Arrays of the train split.
        evaluation: Arrays of the eval split.
        learning_rate: Of the optimizer.

    Returns:
        Its warnings, which are logged as well.

    Raises:
        PreflightError: It has errors.
    """
    # Of two different pairs one half may well be the same: a leak is judged where both halves are seen.
    both = keys.IMAGE_FEATURES in model.input and len(model.input) > 1
    report = preflight(
        model,
        _pair(model, train),
        _pair(model, evaluation),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        optimizer=keras.optimizers.Adam(learning_rate),
        trained=False,
        ignore=() if both else (_LEAK,),
    )
    if report.errors:
        raise PreflightError(report)
    for finding in report.warnings:
        _LOG.warning("preflight of %s: %s %s", model.name, finding.code, finding.sentence)
    return list(report.warnings)


def _pair(model: keras.Model, arrays: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
    return {name: arrays[name] for name in model.input}, np.asarray(arrays[keys.LABEL]).reshape(-1, 1)
