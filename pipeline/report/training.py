"""How a model came about, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.report.interval import Interval


@dataclass(frozen=True)
class HeadChoice:
    """What the eval split said of one fusion head.

    Args:
        head: Its name.
        auc: AUC on the eval split.
        behind: How far the best head was ahead of it.
        error: Standard error of that difference.
        chosen: Whether it was taken.
    """

    head: str
    auc: Interval
    behind: float
    error: float
    chosen: bool


@dataclass(frozen=True)
class ReliabilityBin:
    """One bin of the reliability diagram, on the eval split."""

    count: int
    probability: float
    positives: float


@dataclass(frozen=True)
class Training:
    """How the model came about.

    Args:
        heads: The fusion heads that were compared, the simplest first.
        branches: AUC on the eval split of each branch, by part and branch.
        threshold: Probability from which the served decision is 1.
        aim: What the threshold serves.
        precision: Precision of the decision on the eval split.
        recall: Recall of the decision on the eval split.
        calibration_error: Expected calibration error on the eval split.
        reliability: The reliability diagram.
        warnings: What preflight warned of.
        warm_start: What started from the live model's weights, and what did not, a sentence each.
    """

    heads: list[HeadChoice]
    branches: dict[str, float]
    threshold: float
    aim: str
    precision: float
    recall: float
    calibration_error: float
    reliability: list[ReliabilityBin]
    warnings: list[str]
    warm_start: list[str] = field(default_factory=list)
