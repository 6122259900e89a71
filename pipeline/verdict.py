"""What a run decided: read back from its evaluation, its blessing and its push."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from tfx.types import standard_component_specs as specs

from components import keys
from components.evaluator.executor import (
    BASELINE_PROPERTY,
    FALLBACK_PROPERTY,
    NO_THRESHOLD_PROPERTY,
)
from components.evaluator.read_figures import read_figures
from components.evaluator.rules import OVERALL, SIGNS, RuleResult, apply_rules, broken, ignored_halves
from components.live_model.executor import SET_ASIDE_PROPERTY
from components.paired_example_gen import counts
from components.pusher.executor import REASON_PROPERTY, UNCHANGED_PROPERTY
from pipeline.gate_config import Gate
from pipeline.lineage import NodeRun
from pipeline.report.run_summary import Rule

Outcome = Literal["pushed", "refused", "unchanged"]


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What was decided, and why.

    Attributes:
        outcome: `pushed`, `unchanged` (the candidate is the model that is live) or `refused`.
        rules: Every rule of the gate, as the report shows them; where a variant was blessed, those that the fused
            model broke and those that the variant was put to.
        baseline: What the candidate was compared with.
        reason: Why nothing was pushed, or empty.
        figures: FusionGain's figures of the candidate on the whole test split, by name.
        version: The pushed version, if there is one.
        destination: Its folder.
        variant: The output that was blessed; empty where none was.
        notes: What a reader of the verdict must know besides, a sentence each; the smallest gain that this test split
            can show comes first.
        slices: The figures on every slice, by its name.
    """

    outcome: Outcome
    rules: list[Rule]
    baseline: str
    reason: str
    figures: dict[str, float]
    version: str | None
    destination: str | None
    variant: str
    notes: list[str]
    slices: dict[str, dict[str, float]]


def read_verdict(gate: Gate, nodes: dict[str, NodeRun], columns: Sequence[str] = ()) -> Verdict:
    """Read a run's verdict.

    Args:
        gate: The gate's section of the configuration.
        nodes: The run's executions; its Evaluator and Pusher have ended well.
        columns: The columns that the evaluation is sliced by.
    """
    evaluation = nodes["Evaluator"].outputs[specs.EVALUATION_KEY][0]
    blessing = nodes["Evaluator"].outputs[specs.BLESSING_KEY][0]
    pushed = nodes["Pusher"].outputs[specs.PUSHED_MODEL_KEY][0].custom_properties
    variant = blessing.custom_properties[keys.VARIANT_PROPERTY].string_value
    candidate, baseline = read_figures(evaluation.uri)
    rules = gate.rules(columns, _newest(nodes))
    results = apply_rules(rules, candidate, baseline)
    if variant not in ("", keys.FUSED):
        results = [*broken(results), *apply_rules(rules, candidate, baseline, variant)]
    if pushed["pushed"].int_value:
        outcome: Outcome = "pushed"
    else:
        outcome = "unchanged" if UNCHANGED_PROPERTY in pushed else "refused"
    reason = pushed[REASON_PROPERTY].string_value
    if evaluation.custom_properties[NO_THRESHOLD_PROPERTY].int_value:
        reason = (
            "no rule of the gate could be applied, so nothing is blessed: set gate.min_gain or gate.min_auc "
            "(gate.max_drop applies only once a model is live)"
        )
    fallback = evaluation.custom_properties[FALLBACK_PROPERTY].string_value
    return Verdict(
        outcome=outcome,
        rules=[shown(result) for result in results],
        baseline=_baseline_note(evaluation.custom_properties),
        reason=reason,
        figures=candidate[OVERALL],
        version=pushed["pushed_version"].string_value or None,
        destination=pushed["pushed_destination"].string_value or None,
        variant=variant,
        notes=[
            *notes(gate, candidate),
            *([f"The fused model does not beat its best part; {fallback}."] * bool(fallback)),
        ],
        slices=candidate,
    )


def shown(result: RuleResult) -> Rule:
    """Return a rule as the report shows it."""
    where = "" if result.slice == OVERALL else f" on {result.slice}"
    note = f": {result.note}" if result.note else ""
    return Rule(
        f"{result.name}{where} ({result.key}){note}",
        result.found,
        f"{SIGNS[result.direction]} {result.threshold:+.3f}",
        result.passed,
    )


def notes(gate: Gate, candidate: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Say what a reader of the figures must know, a sentence each.

    Args:
        gate: The gate's section of the configuration.
        candidate: Figures by slice and name.
    """
    figures = candidate[OVERALL]
    size = f"{figures['pairs']:.0f} pairs in {figures['groups']:.0f} groups"
    if figures["sampled_pairs"] < figures["pairs"]:
        size = (
            f"{figures['sampled_pairs']:.0f} pairs, whole groups sampled of {figures['pairs']:.0f} (gate.most_pairs),"
        )
    least = (gate.min_gain or 0.0) + figures["detectable_gain"]
    told = [
        f"A test split of {size} can show a gain of {least:.3f} or more at {gate.confidence:.0%} confidence"
        f"{'' if gate.min_gain is None else f' against gate.min_gain {gate.min_gain:+.3f}'}; found was "
        f"{figures['gain']:+.3f}."
    ]
    for half in ignored_halves(figures):
        cost = figures[f"{half}_reliance"]
        told.append(f"The fused model is not shown to read the {half}: with it shuffled the AUC falls by {cost:.3f}.")
    return told


def _newest(nodes: Mapping[str, NodeRun]) -> str:
    """Return the number of the newest span that a run has read."""
    spans = counts.read_spans(nodes["PairedExampleGen"].outputs["examples"][0])
    return str(spans[-1][0])


def _baseline_note(properties: Mapping[str, Any]) -> str:
    version = properties[BASELINE_PROPERTY].int_value
    if not version:
        return "nothing was live yet, so the candidate was compared with its own parts alone"
    why = properties[SET_ASIDE_PROPERTY].string_value if SET_ASIDE_PROPERTY in properties else ""
    if why:
        return (
            f"version {version}, which was live, was set aside ({why}), so the candidate was compared with its own "
            "parts alone"
        )
    return f"compared with version {version}, which was live"
