"""Figures and rules of a receipt, as plain values."""

from __future__ import annotations

import dataclasses
from typing import Any

PlainFigures = dict[str, dict[str, float | None]]


@dataclasses.dataclass(frozen=True)
class Judged:
    """What the stored scores and the settings give.

    Attributes:
        candidate: By slice and figure; None where one could not be measured.
        baseline: The same of the live model; None where there was no comparison.
        rules: Each rule as plain values, with the `output` it was put to and its `margin`.
    """

    candidate: PlainFigures
    baseline: PlainFigures | None
    rules: list[dict[str, Any]]
