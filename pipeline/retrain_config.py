"""The configuration's section `retrain`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.data_gate_config import DriftLimits
from pipeline.gate_config import Loss
from pipeline.section import Positive, Section

AboveZero = Annotated[float, Field(gt=0)]


class AlertConfig(Section):
    """Who is told where a retraining fails, is refused or runs over its budget, or a span cannot be used."""

    command: tuple[str, ...] = Field(
        (), description="A command and its arguments, run without a shell; it gets the decision as JSON on stdin."
    )
    webhook_env: str | None = Field(
        None, description="Environment variable that holds a URL, which the decision is posted to as JSON."
    )
    timeout_s: AboveZero = Field(30.0, description="Seconds after which the command or the post is given up.")


class RetrainConfig(Section):
    """When `fusegate retrain` trains again, and what it asks of the new model."""

    min_new_pairs: Positive = Field(100, description="Fewest new pairs that are worth a training; fewer wait.")
    max_age_days: AboveZero | None = Field(
        None, description="Train again when the live model, and the last run, are older than this; null: never for age."
    )
    max_bad_share: Annotated[float, Field(ge=0, le=1)] = Field(
        0.2, description="Largest share of a new span's pairs that may be unusable; a worse span is left out."
    )
    on_drift: Literal["retrain", "stop"] = Field(
        "retrain",
        description="Drift of the newest span: `retrain`, though little is new, with `data_gate.drift` at `warn`; "
        "`stop`: leave `data_gate.drift` as it is.",
    )
    drift_limits: DriftLimits = Field(DriftLimits(), description="Bounds of drift of the newest span.")
    max_drop: Loss = Field(
        0.0, description="In place of `gate.max_drop`: most AUC that may be lost against the live model on the window."
    )
    newest_max_drop: Loss = Field(0.02, description="In place of `gate.newest_max_drop`: the same on the newest span.")
    warm_start: bool = Field(True, description="In place of `train.warm_start`.")
    budget_minutes: AboveZero | None = Field(
        720.0, description="Minutes after which a run is ended; null: it may take as long as it likes."
    )
    alert: AlertConfig = Field(AlertConfig(), description="Who is told.")
