"""A model with what preflight is given beside it."""

from __future__ import annotations

import dataclasses
from typing import Any

import keras

from components.preflight.preflight import preflight
from components.preflight.report import Report


@dataclasses.dataclass(frozen=True)
class Case:
    model: keras.Model
    train: Any = None
    evaluation: Any = None
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)

    def check(self) -> Report:
        return preflight(self.model, self.train, self.evaluation, **self.settings)
