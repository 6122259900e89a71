"""What each rule of the gate is called, and which figure of FusionGain it reads."""

from __future__ import annotations

import dataclasses
from typing import Literal

from components import keys

GATE = "gate"
SLICES = "gate.slices"
GAIN_KEYS = (f"{GATE}.min_gain", f"{SLICES}.min_gain")
NEWEST_DROP_KEY = f"{GATE}.newest_max_drop"
DROP_KEYS = (f"{GATE}.max_drop", NEWEST_DROP_KEY, f"{SLICES}.max_drop")
# What is asked of a simpler variant: all but the rules on what the fused model is.
KEYS_OF_A_VARIANT = (
    NEWEST_DROP_KEY,
    *(f"{section}.{name}" for section in (GATE, SLICES) for name in ("min_auc", "max_drop", "max_ece")),
)
HALVES = ("image", "text")
# AUC of what a model answers with when it is served; `fused`, or the variant that it was pushed as.
SERVED_AUC = "auc_served"

Direction = Literal["above", "at_least", "at_most"]


@dataclasses.dataclass(frozen=True)
class Asked:
    """A rule without its threshold.

    Attributes:
        key: The setting.
        name: What is measured, in words.
        figure: The figure that is measured.
        direction: Whether it must be above the threshold, at least it, or at most.
        reads: Whether the figure or its lower bound is held against the threshold.
    """

    key: str
    name: str
    figure: str
    direction: Direction
    reads: Literal["value", "lower"] = "value"


def gain(section: str) -> Asked:
    """Return the rule on the gain's lower bound."""
    name = "lower bound of the gain over the best part"
    return Asked(f"{section}.min_gain", name, "gain", "above", "lower")


def auc(section: str, served: str) -> Asked:
    """Return the rule on the AUC of what is served."""
    figure = f"auc_{served}"
    return Asked(f"{section}.min_auc", f"AUC of {_model(served)}", figure, "at_least")


def drop(section: str, served: str) -> Asked:
    """Return the rule on the change of AUC against the baseline."""
    figure = f"auc_{served}"
    return Asked(f"{section}.max_drop", f"AUC of {_model(served)} against the live one", figure, "at_least")


def newest_drop(served: str) -> Asked:
    """Return the rule on the change of AUC against the baseline on the newest span."""
    name = f"AUC of {_model(served)} against the live one on the newest span"
    return Asked(NEWEST_DROP_KEY, name, f"auc_{served}", "at_least")


def ece(section: str, served: str) -> Asked:
    """Return the rule on the expected calibration error."""
    figure = f"ece_{served}"
    return Asked(f"{section}.max_ece", f"calibration error of {_model(served)}", figure, "at_most")


def missing_loss(half: str) -> Asked:
    """Return the rule on what a missing half costs."""
    figure = f"missing_{half}_loss"
    name = f"AUC lost where the {half} is missing, against the other half's own model"
    return Asked(f"{GATE}.max_missing_loss", name, figure, "at_most")


def reliance(half: str) -> Asked:
    """Return the rule on what shuffling a half among the examples costs."""
    figure = f"{half}_reliance"
    name = f"AUC of the fused model that goes when the {half} is shuffled among the examples"
    return Asked(f"{GATE}.min_reliance", name, figure, "at_least")


def _model(served: str) -> str:
    return "the fused model" if served == keys.FUSED else f"the variant {served}"
