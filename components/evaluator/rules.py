"""The rules of the gate, read on figures: what was asked for, what was found, and whether it was met.

Plain values in, plain values out: the Evaluator, the report and the receipt read the same rules here. TFMA's thresholds
in `components.evaluator.thresholds` say them too.
"""

from __future__ import annotations

import dataclasses
import json
import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from components import keys
from components.evaluator import rule_names as names

OVERALL = "overall"
AT_MOST: Literal["at_most"] = "at_most"
# How each direction is written.
SIGNS = {"above": ">", "at_least": "≥", AT_MOST: "≤"}

_MEETS = {"above": operator.gt, "at_least": operator.ge, AT_MOST: operator.le}

Figures = Mapping[str, Mapping[str, float]]


class Limits(NamedTuple):
    """The limits that every kind of slice can have; None where there is none."""

    min_gain: float | None
    min_auc: float | None
    max_drop: float | None
    max_ece: float | None


NO_LIMITS = Limits(None, None, None, None)


@dataclasses.dataclass(frozen=True)
class GateRules:
    """The gate's settings in plain values; None turns a rule off.

    Attributes:
        min_gain: What the lower bound of AUC(fused) − AUC(best part) must be above: equal to its best part is not
            better than it.
        min_auc: Least AUC of what is served.
        max_drop: Most AUC that may be lost against what the baseline serves.
        max_ece: Largest expected calibration error of what is served.
        max_missing_loss: Most AUC that the fused model, given one half, may lie below that half's own model.
        min_reliance: Least AUC that must go when one half is shuffled among the examples.
        slice_min_gain: As `min_gain`, on every slice of `columns`; so are the next three.
        slice_min_auc: Least AUC of what is served.
        slice_max_drop: Most AUC that may be lost.
        slice_max_ece: Largest calibration error.
        newest_max_drop: As `max_drop`, on the newest span.
        columns: The columns that the evaluation is sliced by.
        newest: The number of the newest span; empty where nothing is asked of it.
        min_slice_size: Fewest pairs of a slice that is judged.
        fallback: Whether a simpler variant is put to the gate where only the gain is missing.
    """

    min_gain: float | None = None
    min_auc: float | None = None
    max_drop: float | None = None
    max_ece: float | None = None
    max_missing_loss: float | None = None
    min_reliance: float | None = None
    slice_min_gain: float | None = None
    slice_min_auc: float | None = None
    slice_max_drop: float | None = None
    slice_max_ece: float | None = None
    newest_max_drop: float | None = None
    columns: Sequence[str] = ()
    newest: str = ""
    min_slice_size: int = 50
    fallback: bool = False

    @property
    def on_all(self) -> Limits:
        """The limits on the overall slice."""
        return Limits(self.min_gain, self.min_auc, self.max_drop, self.max_ece)

    @property
    def on_slices(self) -> Limits:
        """The limits on every other slice."""
        return Limits(self.slice_min_gain, self.slice_min_auc, self.slice_max_drop, self.slice_max_ece)

    def to_json(self) -> str:
        """Return the rules as JSON, with sorted keys."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> GateRules:
        """Read rules back."""
        return cls(**json.loads(text))


@dataclasses.dataclass(frozen=True)
class RuleResult:
    """One rule, read on one slice.

    Attributes:
        key: The setting that asks for it, as `gate.min_gain`.
        name: What is measured, in words.
        slice: `overall`, or column and value, as `language=en`.
        value: What was measured; None where it could not be.
        lower: Lower confidence bound of what is measured, where there is one.
        upper: Upper confidence bound.
        threshold: What is asked for.
        direction: Whether the value must be above the threshold, at least it, or at most.
        passed: Whether it is; None where the rule did not apply, with the reason in `note`.
        note: Why it did not apply, or why it could not be met.
        reads: Whether the value or its lower bound is held against the threshold.
    """

    key: str
    name: str
    slice: str
    value: float | None
    lower: float | None
    upper: float | None
    threshold: float
    direction: names.Direction
    passed: bool | None
    note: str = ""
    reads: Literal["value", "lower"] = "value"

    @property
    def found(self) -> float | None:
        """What is held against the threshold; None where it could not be measured."""
        return self.lower if self.reads == "lower" else self.value

    @property
    def margin(self) -> float | None:
        """How far it lies on the right side of the threshold; negative where it lies on the wrong one, 0 on it."""
        if self.found is None:
            return None
        distance = self.found - self.threshold
        return -distance if self.direction == AT_MOST else distance


def apply_rules(
    settings: GateRules, candidate: Figures, baseline: Figures | None, served: str = keys.FUSED
) -> list[RuleResult]:
    """Read the rules of the gate on a candidate.

    Args:
        settings: The rules.
        candidate: Figures of FusionGain by slice and name, see `components.evaluator.fusion_gain`.
        baseline: The same of what is live, or None where there is nothing to compare with.
        served: The output that would be served; for one that is not `fused`, the rules on what the fused model is do
            not apply.

    Returns:
        The rules that are set, on the overall slice first. A slice that is too small to be judged is in the list, with
        `passed` None.
    """
    results = _overall(settings, candidate[OVERALL], None if baseline is None else baseline[OVERALL], served)
    results += _on_newest(settings, candidate, baseline, served)
    if settings.on_slices == NO_LIMITS:
        return results
    for column in settings.columns:
        found = [name for name in sorted(candidate) if name.startswith(f"{column}=")]
        if not found:
            results += [_absent(rule, column) for rule in _slice_rules(settings, {}, None, column, served)]
        for name in found:
            compared = baseline.get(name) if baseline is not None else None
            rules = _slice_rules(settings, candidate[name], compared, name, served)
            results += _exempted(rules, candidate[name], settings.min_slice_size)
    return results


def accepts(results: Iterable[RuleResult]) -> bool:
    """Say whether a candidate is blessed: at least one rule was read, and none was broken."""
    verdicts = [result.passed for result in results if result.passed is not None]
    return bool(verdicts) and all(verdicts)


def broken(results: Iterable[RuleResult]) -> list[RuleResult]:
    """Return the rules that were not met."""
    return [result for result in results if result.passed is False]


def lacks_only_gain(results: Iterable[RuleResult]) -> bool:
    """Say whether a candidate is refused for its gain alone, overall or on slices."""
    failed = {result.key for result in broken(results)}
    return bool(failed) and failed <= set(names.GAIN_KEYS)


def ignored_halves(figures: Mapping[str, float]) -> list[str]:
    """Return the halves that the fused model is not shown to read: shuffling them costs it no AUC for sure."""
    lowers = {half: figures.get(f"{half}_reliance_lower", math.nan) for half in names.HALVES}
    return [half for half, lower in lowers.items() if lower <= 0]


def _overall(
    settings: GateRules, candidate: Mapping[str, float], baseline: Mapping[str, float] | None, served: str
) -> list[RuleResult]:
    results = _common(settings.on_all, names.GATE, candidate, baseline, OVERALL, served)
    for half in names.HALVES:
        results += _rule(names.missing_loss(half), settings.max_missing_loss, candidate, OVERALL)
        results += _rule(names.reliance(half), settings.min_reliance, candidate, OVERALL)
    if served == keys.FUSED:
        return results
    return [result for result in results if result.key in names.KEYS_OF_A_VARIANT]


def _on_newest(settings: GateRules, candidate: Figures, baseline: Figures | None, served: str) -> list[RuleResult]:
    """Read the rule on the newest span; nothing where it is not set."""
    name = f"{keys.SPAN}={settings.newest}"
    figures = candidate.get(name, {})
    compared = None if baseline is None else baseline.get(name, {})
    results = _drop(names.newest_drop(served), settings.newest_max_drop, figures, compared, name)
    if not figures:
        return results if baseline is None else [_absent(result, keys.SPAN) for result in results]
    return _exempted(results, figures, settings.min_slice_size)


def _slice_rules(
    settings: GateRules, candidate: Mapping[str, float], baseline: Mapping[str, float] | None, name: str, served: str
) -> list[RuleResult]:
    results = _common(settings.on_slices, names.SLICES, candidate, baseline, name, served)
    return [result for result in results if served == keys.FUSED or result.key in names.KEYS_OF_A_VARIANT]


def _common(
    limits: Limits,
    section: str,
    candidate: Mapping[str, float],
    baseline: Mapping[str, float] | None,
    name: str,
    served: str,
) -> list[RuleResult]:
    results = _rule(names.gain(section), limits.min_gain, candidate, name)
    results += _rule(names.auc(section, served), limits.min_auc, candidate, name)
    results += _drop(names.drop(section, served), limits.max_drop, candidate, baseline, name)
    return results + _rule(names.ece(section, served), limits.max_ece, candidate, name)


def _rule(asked: names.Asked, threshold: float | None, figures: Mapping[str, float], name: str) -> list[RuleResult]:
    """Read one rule; nothing where it is not set."""
    if threshold is None:
        return []
    value, lower, upper = (_known(figures.get(f"{asked.figure}{bound}")) for bound in ("", "_lower", "_upper"))
    return [_judged(asked, name, value, lower, upper, threshold)]


def _drop(
    asked: names.Asked,
    threshold: float | None,
    candidate: Mapping[str, float],
    baseline: Mapping[str, float] | None,
    name: str,
) -> list[RuleResult]:
    if threshold is None:
        return []
    if baseline is None:
        result = _judged(asked, name, None, None, None, -threshold)
        return [dataclasses.replace(result, passed=None, note="there is nothing to compare with")]
    # A baseline that does not say what it serves was exported before there were variants.
    live = baseline.get(names.SERVED_AUC, baseline.get(f"auc_{keys.FUSED}", math.nan))
    value = candidate.get(asked.figure, math.nan) - live
    return [_judged(asked, name, _known(value), None, None, -threshold)]


def _judged(
    asked: names.Asked, name: str, value: float | None, lower: float | None, upper: float | None, threshold: float
) -> RuleResult:
    result = RuleResult(
        asked.key, asked.name, name, value, lower, upper, threshold, asked.direction, None, reads=asked.reads
    )
    if result.found is None:
        return dataclasses.replace(result, passed=False, note="it could not be measured")
    return dataclasses.replace(result, passed=_MEETS[asked.direction](result.found, threshold))


def _exempted(results: list[RuleResult], figures: Mapping[str, float], min_size: int) -> list[RuleResult]:
    """Set aside what a slice cannot show: it is too small, or holds one label only."""
    pairs = int(figures["pairs"])
    if pairs < min_size:
        note = f"too small: {pairs} of at least {min_size} pairs (gate.min_slice_size)"
    elif math.isnan(figures[names.auc(names.SLICES, keys.FUSED).figure]) and figures.get("sampled_pairs", pairs):
        note = f"all {pairs} pairs have the same label"
    else:
        return results
    return [each if each.passed is None else dataclasses.replace(each, passed=None, note=note) for each in results]


def _absent(result: RuleResult, column: str) -> RuleResult:
    value = f"this value of the column {column}" if "=" in result.slice else f"a value in the column {column}"
    note = f"no pair of the test split has {value}"
    return dataclasses.replace(result, passed=False, note=note)


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value
