"""What is the least that would have turned a verdict? Pure: rules in, sentences out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from components.evaluator.rules import AT_MOST, OVERALL

Rule = Mapping[str, Any]
Figures = Mapping[str, Mapping[str, float | None]]


def smallest_change(rules: Sequence[Rule], figures: Figures, serving: str = "") -> list[str]:
    """Tell the smallest change that would have turned a verdict.

    Args:
        rules: The rules that were applied to what is served, as a receipt keeps them.
        figures: The candidate's figures by slice; their `pairs` are read.
        serving: Why the check of its serving refused the model, or empty.

    Returns:
        Sentences. Where the candidate was refused, all that they say would have had to happen; where it was blessed,
        one of them would have been enough.

    Example:
        >>> rule = {"key": "gate.min_auc", "slice": "overall", "value": 0.71, "lower": None, "upper": None,
        ...         "threshold": 0.7, "direction": "at_least", "passed": True, "margin": 0.01, "reads": "value"}
        >>> smallest_change([rule], {"overall": {"pairs": 300}})
        ['gate.min_auc was met by 0.0100, the closest of all: a threshold above 0.7100 would have refused.']
    """
    applied = [rule for rule in rules if rule["passed"] is not None]
    failed = [rule for rule in applied if not rule["passed"]]
    sentences = [_would_have_passed(rule, figures.get(rule["slice"], {})) for rule in failed]
    if serving:
        sentences.append(f"The check of its serving would have had to pass: {serving}.")
    if sentences:
        return sentences
    if not applied:
        return ["No rule applied, and without one nothing is blessed: a rule of the gate would have had to be set."]
    return [_would_have_failed(min(applied, key=lambda rule: abs(rule["margin"])))]


def _would_have_passed(rule: Rule, figures: Mapping[str, float | None]) -> str:
    found = _found(rule)
    if found is None:
        return f"{_name(rule)} was not met: {rule['note']}."
    bound = {"above": "below", AT_MOST: "at least"}.get(rule["direction"], "at most")
    missed = f"{_name(rule)} was missed by {-rule['margin']:.4f}"
    sentence = f"{missed}: a threshold of {bound} {found:.4f} would have been met"
    more = _pairs_needed(rule, figures.get("pairs"))
    if more is None:
        return f"{sentence}."
    instead = f"{more:,} test pairs instead of {figures['pairs']:,.0f}"
    return f"{sentence}; or, at this value of {rule['value']:+.4f}, with about {instead}."


def _would_have_failed(rule: Rule) -> str:
    bound = {"above": "of at least", AT_MOST: "below"}.get(rule["direction"], "above")
    met = f"{_name(rule)} was met by {rule['margin']:.4f}, the closest of all"
    return f"{met}: a threshold {bound} {_found(rule):.4f} would have refused."


def _pairs_needed(rule: Rule, pairs: float | None) -> int | None:
    """How many pairs would bring a lower bound to the threshold: its distance shrinks with the root of their number.

    None where the rule reads no bound, or where the figure itself does not reach the threshold.
    """
    value, lower, threshold = rule["value"], rule["lower"], rule["threshold"]
    if rule["reads"] != "lower" or pairs is None or lower >= value or value <= threshold:
        return None
    return math.ceil(round(pairs * ((value - lower) / (value - threshold)) ** 2, 6))


def _found(rule: Rule) -> float | None:
    """What was held against the threshold."""
    return rule["lower"] if rule["reads"] == "lower" else rule["value"]


def _name(rule: Rule) -> str:
    return rule["key"] if rule["slice"] == OVERALL else f"{rule['key']} on {rule['slice']}"
