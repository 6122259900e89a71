"""Lay what an operator sets for one run over the rules of the gate. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from components.evaluator.rules import GateRules

ADJUSTABLE = ("min_gain", "min_auc", "max_drop")


def adjust(rules: GateRules, properties: Mapping[str, Any]) -> GateRules:
    """Return the rules with the bounds that a run was given.

    Args:
        rules: The rules as they were configured.
        properties: A component's execution properties: of them those named in `ADJUSTABLE` that have a value.

    Example:
        >>> adjust(GateRules(min_auc=0.6), {"min_auc": 0.7, "code": "c0de"}).min_auc
        0.7
    """
    given: dict[str, Any] = {name: float(properties[name]) for name in ADJUSTABLE if properties.get(name) is not None}
    return dataclasses.replace(rules, **given)
