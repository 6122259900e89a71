"""One decision, from what was found to what became of it: a line of JSON."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from components.durable import append_durably
from pipeline.retrain.outcome import Outcome
from pipeline.retrain.state import FOLDER

DECISIONS_FILE = "decisions.jsonl"


@dataclasses.dataclass(frozen=True)
class Decision:
    """A decision.

    Attributes:
        at: When the call began, ISO 8601.
        pipeline: The pipeline.
        decision: `nothing_new`, `too_little_new`, `bad_span` or `retrain`; empty where it did not come so far.
        reason: Why, of a `retrain`: `new_span`, `drift`, `age` or `forced`.
        outcome: Of a `retrain`, how its run ended; `failed` or `interrupted` also where no decision was come to.
        exit_code: Exit code of the call.
        said: All of it in one line.
        new_pairs: Pairs that no complete run had read.
        new: The spans that they are in, with number, version and pairs.
        window: Numbers of the spans that were read, or would have been.
        left_out: New spans that cannot be used, with number and reason.
        empty: Numbers of spans without records.
        drift: Of the newest span: its number, `distances` and `limits`, and the features that are `over`.
        trained_last: The last complete run before, with its spans.
        live: The version that is live after the call.
        live_before: The version that was.
        run_id: The run.
        report: Its report.
        compared: AUC of candidate and live model, on the `window` and on the `newest` span.
        warm_start: What started from the live model's weights, and what did not.
        resumed: The call before this one, where it was killed.
        alert: What became of the alert; empty where there was none to send.
        seconds: How long it took.
    """

    at: str
    pipeline: str
    decision: str = ""
    reason: str = ""
    outcome: Outcome = ""
    exit_code: int = 0
    said: str = ""
    new_pairs: int = 0
    new: tuple[dict[str, Any], ...] = ()
    window: tuple[int, ...] = ()
    left_out: tuple[dict[str, Any], ...] = ()
    empty: tuple[int, ...] = ()
    drift: dict[str, Any] | None = None
    trained_last: dict[str, Any] | None = None
    live: int | None = None
    live_before: int | None = None
    run_id: str = ""
    report: str = ""
    compared: dict[str, dict[str, float | None]] = dataclasses.field(default_factory=dict)
    warm_start: tuple[str, ...] = ()
    resumed: dict[str, Any] | None = None
    alert: str = ""
    seconds: float = 0.0

    def to_line(self) -> str:
        """Return the decision as one line of JSON."""
        return json.dumps(dataclasses.asdict(self))


def keep_decision(output: Path, decision: Decision) -> None:
    """Add a decision to those of an output folder."""
    append_durably(output / FOLDER / DECISIONS_FILE, decision.to_line())
