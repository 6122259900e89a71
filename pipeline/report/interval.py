"""A value and how far it is known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """A value with its confidence bounds."""

    value: float
    lower: float
    upper: float
