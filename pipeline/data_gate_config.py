"""The configuration's section `data_gate`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from components.data_gate.figures import FIGURES
from components.data_gate.own_rules import check_rule
from components.data_gate.settings import DRIFT_LIMITS
from components.errors import InputError
from pipeline.section import Section

Mode = Literal["block", "warn", "off"]
Divergence = Annotated[float, Field(ge=0, le=1)]


class DriftLimits(Section):
    """How far the train split may stand from what the live model was trained on, besides what chance explains."""

    label: Divergence = Field(DRIFT_LIMITS["label"], description="Change of a label's share (L-infinity).")
    columns: Divergence = Field(
        DRIFT_LIMITS["columns"],
        description="Change of a value's share in another column (L-infinity); of numbers, Jensen-Shannon divergence.",
    )
    text_length: Divergence = Field(
        DRIFT_LIMITS["text_length"], description="Jensen-Shannon divergence of the texts' lengths, in bits."
    )
    vocabulary: Divergence = Field(
        DRIFT_LIMITS["vocabulary"], description="Share of the words that may be unknown beyond what is to be expected."
    )
    image_size: Divergence = Field(
        DRIFT_LIMITS["image_size"], description="Jensen-Shannon divergence of the pictures' sizes, in bits."
    )
    brightness: Divergence = Field(
        DRIFT_LIMITS["brightness"], description="Jensen-Shannon divergence of the pictures' brightness, in bits."
    )


class DataGateConfig(Section):
    """What stops a run before training: each gate is `block`, `warn` or `off`."""

    anomalies: Mode = Field("block", description="Examples that do not fit the schema.")
    drift: Mode = Field("block", description="Drift against what the live model was trained on.")
    bad_share: Mode = Field("block", description="More unusable pairs than `data.max_bad_share`.")
    few_examples: Mode = Field("block", description="A split with fewer of a label than `data.min_per_class`.")
    one_class: Mode = Field("block", description="Examples of one label only.")
    own_rules: Mode = Field("block", description="What `rules` finds.")
    drift_limits: DriftLimits = Field(DriftLimits(), description="Bounds of drift.")
    rules: tuple[str, ...] = Field(
        (),
        description="Rules of your own: a condition that must hold, as `examples >= 500`, or `module:function`.",
    )

    @field_validator("rules")
    @classmethod
    def _can_run(cls, rules: tuple[str, ...]) -> tuple[str, ...]:
        faults = []
        for rule in rules:
            try:
                check_rule(rule, FIGURES)
            except InputError as error:
                faults.append(str(error))
        if faults:
            raise ValueError("; ".join(faults))
        return rules
