"""From stored scores and the gate's settings to figures and rules: what a receipt says, and what `verify` computes."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.evaluator.figures import Measuring, hash_groups, measure
from components.evaluator.rules import OVERALL, GateRules, apply_rules
from components.evaluator.scores import BASELINE, CANDIDATE
from components.receipt.judged import Judged, PlainFigures
from components.receipt.stored_scores import StoredScores

Figures = dict[str, dict[str, float]]
# What is read from a receipt must not keep a machine busy for days.
_MOST_DRAWS = 1_000_000


def judge(scores: StoredScores, settings: Mapping[str, Any], outputs: Sequence[str]) -> Judged:
    """Compute the figures of the test split and apply the rules.

    Args:
        scores: The scores.
        settings: `rules`, the fields of `GateRules` with its `slices` a mapping, and `measuring`, those of `Measuring`.
        outputs: What the rules were put to, in order, as `fused` and then the variant that stands in for it.
    """
    rules = GateRules.from_json(json.dumps(settings["rules"]))
    measuring = Measuring(**settings["measuring"])
    if measuring.draws > _MOST_DRAWS:
        raise ValueError(f"at most {_MOST_DRAWS:,} draws can be made. Received: {measuring.draws:,}. Ask for fewer")
    candidate = _figures(scores, CANDIDATE, measuring)
    baseline = _figures(scores, BASELINE, measuring) if BASELINE in scores.models else None
    found = [
        {key: _plain(value) for key, value in dataclasses.asdict(rule).items()}
        | {"margin": _plain(rule.margin), "output": output}
        for output in dict.fromkeys(outputs)
        for rule in apply_rules(rules, candidate, baseline, output)
    ]
    return Judged(_plain_figures(candidate), None if baseline is None else _plain_figures(baseline), found)


def _figures(scores: StoredScores, model: str, measuring: Measuring) -> Figures:
    groups = hash_groups(scores.groups.tolist())
    found = {}
    for name, inside in _slices(scores).items():
        outputs = {output: values[inside] for output, values in scores.models[model].items()}
        found[name] = measure(outputs, scores.labels[inside], groups[inside], measuring)
    return found


def _slices(scores: StoredScores) -> dict[str, NDArray[np.bool_]]:
    slices = {OVERALL: np.ones(len(scores.labels), bool)}
    for column, values in scores.slices.items():
        # A pair without a value is in no slice of that column.
        slices |= {f"{column}={value.decode()}": values == value for value in np.unique(values) if value}
    return slices


def _plain_figures(figures: Figures) -> PlainFigures:
    return {part: {name: _plain(value) for name, value in values.items()} for part, values in figures.items()}


def _plain(value: Any) -> Any:
    """JSON has no NaN: what could not be measured is null."""
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
