"""How the run of a retraining has ended, read from what it left."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from components.errors import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_REFUSED, InputError
from components.evaluator.rule_names import SERVED_AUC
from components.receipt.find import IN_RUN
from components.receipt.store import read_receipt
from pipeline.find_run import RUNS, read_summary

Outcome = Literal["", "pushed", "refused", "unchanged", "failed", "over_budget", "interrupted"]
EXIT_INTERRUPTED = 130
_MOST_SAID = 1_000


@dataclasses.dataclass(frozen=True)
class Ended:
    """A run that has ended.

    Attributes:
        outcome: How.
        exit_code: Exit code of the retraining.
        said: The same in a sentence.
        run_id: The run; empty where it did not come so far.
        compared: AUC of what the candidate and the live model serve, on the window and on the newest span.
        warm_start: What started from the live model's weights, and what did not.
    """

    outcome: Outcome
    exit_code: int
    said: str
    run_id: str = ""
    compared: dict[str, dict[str, float | None]] = dataclasses.field(default_factory=dict)
    warm_start: tuple[str, ...] = ()


def runs_in(output: Path) -> set[str]:
    """Return the ids of the runs in an output folder."""
    return {path.name for path in (output / RUNS).glob("*")}


def read_outcome(output: Path, before: set[str], code: int | None, newest: int, budget_minutes: float | None) -> Ended:
    """Read how a run has ended.

    Args:
        output: The output folder.
        before: The runs that were there before it.
        code: Exit code of its process; None where its budget was over.
        newest: Number of the newest span.
        budget_minutes: The budget.
    """
    run_id = max(runs_in(output) - before, default="")
    if code is None:
        said = f"The run was ended after {budget_minutes:g} minutes (retrain.budget_minutes); what was finished is kept"
        return Ended("over_budget", EXIT_FAILED, said, run_id)
    if code in (EXIT_INTERRUPTED, -2, -15):
        return Ended("interrupted", EXIT_INTERRUPTED, "The run was interrupted; what was finished is kept", run_id)
    if code < 0:
        return Ended("failed", EXIT_FAILED, f"The run was killed by signal {-code}; what was finished is kept", run_id)
    summary = _summary(output, run_id)
    if code not in (0, EXIT_REFUSED):
        error = " ".join(str(summary.get("error", "")).split())[:_MOST_SAID]
        said = f"Failed: {error}" if error else f"The run ended with exit code {code}; its message stands above"
        return Ended("failed", code if code == EXIT_BAD_INPUT else EXIT_FAILED, said, run_id)
    return Ended(
        summary["verdict"],
        code,
        str(summary["headline"]),
        run_id,
        _compared(output / RUNS / run_id / IN_RUN, newest),
        tuple((summary.get("training") or {}).get("warm_start", ())),
    )


def _summary(output: Path, run_id: str) -> dict[str, Any]:
    try:
        return read_summary(output / RUNS / run_id) if run_id else {}
    except InputError:
        return {}


def _compared(folder: Path, newest: int) -> dict[str, dict[str, float | None]]:
    receipt = read_receipt(folder)
    candidate, live = receipt["figures"]["candidate"], receipt["figures"]["baseline"] or {}
    output = receipt["served"] or "fused"
    return {
        name: {"candidate": _figure(candidate, key, f"auc_{output}"), "live": _figure(live, key, SERVED_AUC)}
        for name, key in (("window", "overall"), ("newest", f"span={newest}"))
    }


def _figure(figures: Mapping[str, Mapping[str, float | None]], part: str, name: str) -> float | None:
    return figures.get(part, {}).get(name)
