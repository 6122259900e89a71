"""What a run decided: read back from its evaluation, its blessing and its push."""

from __future__ import annotations

import dataclasses
from typing import Literal

import tensorflow_model_analysis as tfma
from tfx.types import standard_component_specs as specs

from components import keys
from components.evaluator import fusion_gain
from components.evaluator.executor import BASELINE_PROPERTY
from components.evaluator.scores import BASELINE, CANDIDATE
from components.pusher.executor import REASON_PROPERTY, UNCHANGED_PROPERTY
from pipeline.config import Gate
from pipeline.lineage import NodeRun
from pipeline.report.run_summary import Rule

Outcome = Literal["pushed", "refused", "unchanged"]


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What was decided, and why.

    Attributes:
        outcome: `pushed`, `unchanged` (the candidate is the model that is live) or `refused`.
        rules: Every rule of the gate that was applied.
        baseline: What the candidate was compared with.
        reason: Why nothing was pushed, or empty.
        figures: FusionGain's figures of the candidate, by name.
        version: The pushed version, if there is one.
        destination: Its folder.
    """

    outcome: Outcome
    rules: list[Rule]
    baseline: str
    reason: str
    figures: dict[str, float]
    version: str | None
    destination: str | None


def read_verdict(gate: Gate, nodes: dict[str, NodeRun]) -> Verdict:
    """Read a run's verdict.

    Args:
        gate: The gate's section of the configuration.
        nodes: The run's executions; its Evaluator and Pusher have ended well.
    """
    evaluation = nodes["Evaluator"].outputs[specs.EVALUATION_KEY][0]
    pushed = nodes["Pusher"].outputs[specs.PUSHED_MODEL_KEY][0].custom_properties
    candidate, baseline = read_figures(evaluation.uri)
    if pushed["pushed"].int_value:
        outcome: Outcome = "pushed"
    else:
        outcome = "unchanged" if UNCHANGED_PROPERTY in pushed else "refused"
    rules = _rules(gate, candidate, baseline)
    reason = pushed[REASON_PROPERTY].string_value
    if not rules:
        reason = (
            "no rule of the gate could be applied, so nothing is blessed: set gate.min_gain or gate.min_auc "
            "(gate.max_drop applies only once a model is live)"
        )
    return Verdict(
        outcome,
        rules,
        _baseline_note(evaluation.custom_properties[BASELINE_PROPERTY].int_value),
        reason,
        candidate,
        pushed["pushed_version"].string_value or None,
        pushed["pushed_destination"].string_value or None,
    )


def read_figures(uri: str) -> tuple[dict[str, float], dict[str, float]]:
    """Read FusionGain's figures on the overall slice, of the candidate and of the baseline (empty without one)."""
    found: dict[str, dict[str, float]] = {CANDIDATE: {}, BASELINE: {}}
    prefix = f"{fusion_gain.NAME}/"
    for slice_metrics in tfma.load_metrics(uri):
        if slice_metrics.slice_key.single_slice_keys:
            continue
        for item in slice_metrics.metric_keys_and_values:
            if item.key.name.startswith(prefix) and not item.key.is_diff:
                model = item.key.model_name or CANDIDATE
                found[model][item.key.name[len(prefix) :]] = item.value.double_value.value
    return found[CANDIDATE], found[BASELINE]


def _rules(gate: Gate, candidate: dict[str, float], baseline: dict[str, float]) -> list[Rule]:
    auc = f"auc_{keys.FUSED}"
    rules = []

    def add(name: str, value: float, least: float) -> None:
        rules.append(Rule(name, value, f"≥ {least:+.3f}", value >= least))

    if gate.min_gain is not None:
        add(
            f"lower bound of the gain over the best part, {gate.confidence:.0%} confidence (gate.min_gain)",
            candidate["gain_lower"],
            gate.min_gain,
        )
    if gate.min_auc is not None:
        add("AUC of the fused model (gate.min_auc)", candidate[auc], gate.min_auc)
    if gate.max_drop is not None and baseline:
        add(
            "AUC of the fused model against the live one (gate.max_drop)",
            candidate[auc] - baseline[auc],
            -gate.max_drop,
        )
    if gate.max_missing_loss is not None:
        for half in ("image", "text"):
            value = candidate[f"missing_{half}_loss"]
            rules.append(
                Rule(
                    f"AUC lost where the {half} is missing, against the other half's own model (gate.max_missing_loss)",
                    value,
                    f"≤ {gate.max_missing_loss:.3f}",
                    value <= gate.max_missing_loss,
                )
            )
    return rules


def _baseline_note(version: int) -> str:
    if version:
        return f"compared with version {version}, which was live"
    return "nothing was live yet, so the candidate was compared with its own parts alone"
