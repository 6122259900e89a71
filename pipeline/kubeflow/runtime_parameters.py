"""What an operator changes, as TFX's runtime parameters."""

from __future__ import annotations

import dataclasses
from typing import Any

from tfx.orchestration.data_types import RuntimeParameter

from pipeline.adjustable import Adjustable

DESCRIPTIONS = {
    "data_root": "Folder that holds the spans.",
    "span": "Number of the newest span, or latest.",
    "window": "How many spans are read.",
    "epochs": "Most epochs of each model.",
    "push_to": "Folder that versions are pushed to.",
    "min_gain": "The gain's lower bound must be above this.",
    "min_auc": "Lowest AUC of what is served.",
    "max_drop": "Most AUC that may be lost against what the live model serves.",
}


def runtime_parameters(values: Adjustable) -> Adjustable:
    """Return a runtime parameter for each value, of its name and type.

    A bound of the gate that is turned off stays off: a parameter cannot be null.

    Args:
        values: What the configuration says; these become the defaults.
    """
    fields = {field.name: getattr(values, field.name) for field in dataclasses.fields(values) if field.name != "bounds"}
    bounds = {name: _parameter(name, value) for name, value in values.bounds.items()}
    return Adjustable(**{name: _parameter(name, value) for name, value in fields.items()}, bounds=bounds)


def _parameter(name: str, value: Any) -> RuntimeParameter:
    return RuntimeParameter(name=name, ptype=type(value), default=value, description=DESCRIPTIONS[name])
