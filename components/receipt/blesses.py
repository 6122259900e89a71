"""Whether the rules of a receipt bless what it says is served."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from components import keys
from components.evaluator.rules import RuleResult, accepts, lacks_only_gain

_FIELDS = [field.name for field in dataclasses.fields(RuleResult)]


def blesses(rules: Sequence[Mapping[str, Any]], served: str, fallback: bool) -> bool:
    """Decide as the Evaluator does.

    Args:
        rules: As a receipt keeps them, each with the `output` it was put to.
        served: The output that would be served.
        fallback: Whether a simpler variant may stand in where the fused model lacks its gain alone.
    """
    if served == keys.FUSED:
        return accepts(_of(rules, keys.FUSED))
    return fallback and lacks_only_gain(_of(rules, keys.FUSED)) and accepts(_of(rules, served))


def _of(rules: Sequence[Mapping[str, Any]], output: str) -> list[RuleResult]:
    return [RuleResult(**{name: rule[name] for name in _FIELDS}) for rule in rules if rule["output"] == output]
