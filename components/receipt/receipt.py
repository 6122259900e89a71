"""Build a decision receipt: pure, facts in, one JSON object out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from components import keys
from components.receipt.judged import Judged
from components.receipt.schema import BLESSED, REFUSED, SCHEMA
from components.receipt.smallest_change import smallest_change


@dataclasses.dataclass(frozen=True)
class Facts:
    """What the nodes of a run have left, beside the figures.

    Attributes:
        run: `pipeline`, `run_id`, and `decided_at` in ISO 8601.
        gate_blessed: Whether the Evaluator blessed the candidate.
        served: The output that was blessed; empty where none was.
        tried: The simpler variant that was put to the rules in the fused model's place; empty where none was.
        baseline_version: The version that was live, or 0.
        baseline_set_aside: Why it was not compared with, or empty.
        serving: ServingCheck's `passed` (None where it was not asked), `reason` and `findings`.
        model: `digest` and `uri` of what the Trainer made.
        data: `input_fingerprint`, `spans`, `counts` by split and label, `groups` and `quarantine` by reason.
        code: Digests of the `code` and of the `lock`, and the `versions` of the libraries.
        mlmd: The `execution`, and by input key the `artifacts` with their ids.
    """

    run: Mapping[str, Any]
    gate_blessed: bool
    served: str
    tried: str
    baseline_version: int
    baseline_set_aside: str
    serving: Mapping[str, Any]
    model: Mapping[str, Any]
    data: Mapping[str, Any]
    code: Mapping[str, Any]
    mlmd: Mapping[str, Any]


def build_receipt(facts: Facts, settings: Mapping[str, Any], judged: Judged) -> dict[str, Any]:
    """Build a receipt.

    Args:
        facts: What the nodes have left.
        settings: The gate's settings, as `judge` takes them.
        judged: What `judge` made of the scores.

    Returns:
        An object of plain values: `verdict`, `served`, `reasons`, `rules`, `figures`, `smallest_change` and the facts.
    """
    refusal = "" if facts.serving["passed"] is not False else str(facts.serving["reason"])
    blessed = facts.gate_blessed and facts.serving["passed"] is not False
    deciding = [rule for rule in judged.rules if rule["output"] == (facts.served or keys.FUSED)]
    compared = facts.baseline_version and not facts.baseline_set_aside
    return {
        "schema": SCHEMA,
        "verdict": BLESSED if blessed else REFUSED,
        "served": facts.served if blessed else "",
        "gate": {"blessed": facts.gate_blessed, "served": facts.served, "tried": facts.tried},
        "reasons": _reasons(facts, deciding, refusal if facts.gate_blessed else ""),
        "smallest_change": smallest_change(deciding, judged.candidate, refusal if facts.gate_blessed else ""),
        "settings": dict(settings),
        "rules": judged.rules,
        "figures": {"candidate": judged.candidate, "baseline": judged.baseline},
        "baseline": {
            "version": facts.baseline_version if compared else None,
            "said": baseline_said(facts.baseline_version, facts.baseline_set_aside),
        },
        "run": dict(facts.run),
        "data": dict(facts.data),
        "code": dict(facts.code),
        "model": dict(facts.model),
        "serving": dict(facts.serving),
        "mlmd": dict(facts.mlmd),
    }


def baseline_said(version: int, set_aside: str) -> str:
    """Say what the candidate was compared with."""
    if not version:
        return "nothing was live yet, so the candidate was compared with its own parts alone"
    if set_aside:
        return (
            f"version {version}, which was live, was set aside ({set_aside}), so the candidate was compared with its "
            "own parts alone"
        )
    return f"compared with version {version}, which was live"


def _reasons(facts: Facts, rules: Sequence[Mapping[str, Any]], refusal: str) -> list[str]:
    """Say in sentences what decided."""
    broken = [f"{rule['name']} ({rule['key']}, {rule['slice']})" for rule in rules if rule["passed"] is False]
    if broken:
        tried = f"In its place {facts.tried} was put to the rules, and was refused too."
        return [f"Broken: {each}." for each in broken] + ([tried] if facts.tried else [])
    if not any(rule["passed"] for rule in rules):
        return ["No rule of the gate could be applied, so nothing is blessed."]
    if not facts.gate_blessed:
        return ["The Evaluator did not bless the candidate."]
    if refusal:
        return [f"The check of its serving refused it: {refusal}."]
    reasons = ["Every rule that applied was met."]
    if facts.served != keys.FUSED:
        reasons.insert(0, f"The fused model does not beat its best part: {facts.served} is served in its place.")
    return reasons
