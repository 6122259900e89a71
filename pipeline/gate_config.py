"""The configuration's section `gate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from components import keys
from components.errors import InputError
from components.evaluator.rules import GateRules
from pipeline.section import Section

_FROM_ZERO = Field(ge=0)
Loss = Annotated[float, _FROM_ZERO] | None
Share = Annotated[float, Field(ge=0, le=1)] | None


class SliceGate(Section):
    """What every slice of the columns in `data.slices` must show."""

    min_gain: float | None = Field(None, description="The gain's lower bound on each slice must be above this.")
    min_auc: Share = Field(None, description="Lowest AUC on each slice.")
    max_drop: Loss = Field(None, description="Most AUC that may be lost on each slice against the live model.")
    max_ece: Share = Field(None, description="Largest expected calibration error on each slice.")


class Gate(Section):
    """What a candidate must show on the test split before it is pushed."""

    min_gain: float | None = Field(
        0.0,
        description="The gain's lower bound, fused against its best part, must be above this; null turns it off.",
    )
    on_no_gain: Literal["refuse", "fallback"] = Field(
        "refuse",
        description="Where only the gain is missing: refuse, or put the best simpler variant (text alone, image alone, "
        "or their late ensemble) to the other rules and push that.",
    )
    confidence: Annotated[float, Field(gt=0, lt=1)] = Field(0.95, description="One-sided confidence of the bounds.")
    draws: Annotated[int, Field(ge=100)] = Field(1000, description="Bootstrap draws of the test split's groups.")
    most_pairs: Annotated[int, Field(ge=1000)] = Field(
        200_000, description="A slice of more pairs is measured on a sample of its groups, of at most so many pairs."
    )
    min_auc: Share = Field(0.6, description="Lowest AUC of what is served; null turns the rule off.")
    max_drop: Loss = Field(
        0.02, description="Most AUC that may be lost against what the live model serves; null turns the rule off."
    )
    newest_max_drop: Loss = Field(
        None,
        description="Most AUC that may be lost against the live model on the newest span; needs `span` in "
        "`data.slices`.",
    )
    max_ece: Share = Field(None, description="Largest expected calibration error of what is served; null: not asked.")
    max_missing_loss: Loss = Field(
        0.02, description="Most AUC that the fused model, given one half, may lie below that half's own model."
    )
    min_reliance: Loss = Field(
        None,
        description="Least AUC that must go when a half is shuffled among the examples, for each half; null: reported.",
    )
    min_slice_size: Annotated[int, Field(ge=1)] = Field(
        50, description="Fewest pairs of a slice that is judged; a smaller one is listed as too small."
    )
    slices: SliceGate = Field(SliceGate(), description="Rules on every slice.")

    def rules(self, columns: Sequence[str], newest: str = "") -> GateRules:
        """Return the rules in the plain values that components take.

        Args:
            columns: The columns that the evaluation is sliced by.
            newest: The number of the newest span, where `newest_max_drop` is set.

        Raises:
            InputError: `newest_max_drop` is set and the evaluation is not sliced by spans, or the newest is not known.
        """
        if self.newest_max_drop is not None and (keys.SPAN not in columns or not newest.isdecimal()):
            raise InputError(
                f"gate.newest_max_drop needs `{keys.SPAN}` in data.slices, and a span whose number is known. Received: "
                f"data.slices {list(columns)}, span {newest or 'unknown'}. Add the slice, or leave the rule out"
            )
        fields = self.model_dump(exclude={"on_no_gain", "confidence", "draws", "most_pairs", "slices"})
        on_slices = {f"slice_{name}": value for name, value in self.slices.model_dump().items()}
        return GateRules(
            **fields,
            **on_slices,
            newest=newest if self.newest_max_drop is not None else "",
            columns=tuple(columns),
            fallback=self.on_no_gain == "fallback",
        )
