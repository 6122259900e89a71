"""What one run did and found, as plain data: the report page shows it, JSON keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from pipeline.report.interval import Interval
from pipeline.report.training import Training

Verdict = Literal["pushed", "refused", "unchanged", "failed"]


@dataclass(frozen=True)
class Gain:
    """AUC(fused) minus the AUC of its best part.

    Args:
        difference: The gain and its bounds.
        best_part: Output that the fused model is measured against.
        confidence: Share of resamples that lie above the lower bound, such as 0.95.
    """

    difference: Interval
    best_part: str
    confidence: float


@dataclass(frozen=True)
class Rule:
    """One rule of the gate.

    Args:
        name: What is measured.
        value: What was found; None where it could not be measured.
        threshold: What is asked for, in words or signs, such as "> 0".
        passed: Whether the value meets it; None where the rule did not apply, such as with no live model.
    """

    name: str
    value: float | None
    threshold: str
    passed: bool | None


@dataclass(frozen=True)
class Slice:
    """Figures of one slice of the test split.

    Args:
        pairs: Number of pairs.
        aucs: AUC by output name; NaN where it could not be measured.
        gain: Gain of the fused model over its best part, with its bounds.
    """

    pairs: int
    aucs: dict[str, float]
    gain: Interval


@dataclass(frozen=True)
class ServingFinding:
    """What one part of the check of its serving found.

    Args:
        name: What was checked.
        passed: Whether the model may be pushed for all of this; None where it is only told.
        said: What was measured.
    """

    name: str
    passed: bool | None
    said: str


@dataclass(frozen=True)
class Scores:
    """The test split, example by example.

    Args:
        labels: 0 or 1, one an example.
        outputs: Probabilities of label 1 by output name, in the order of `labels`.
    """

    labels: list[int]
    outputs: dict[str, list[float]]


@dataclass(frozen=True)
class Node:
    """One node of the pipeline as it went in this run."""

    name: str
    seconds: float
    cached: bool = False
    state: Literal["complete", "failed", "skipped"] = "complete"


@dataclass(frozen=True)
class FeatureCounts:
    """What one half's frozen encoder had to do.

    Args:
        encoded: Distinct contents that went through it.
        hits: Distinct contents whose vectors were in the feature cache; None where there was no cache.
        misses: Distinct contents whose vectors were not.
        damaged_segments: Segments of the cache that were found damaged and set aside.
    """

    encoded: int
    hits: int | None = None
    misses: int | None = None
    damaged_segments: int | None = None


@dataclass(frozen=True)
class Example:
    """One test example to look at.

    Args:
        id: The pair's id.
        image_jpeg: A small JPEG of its picture.
        text: Its text.
        label: 0 or 1.
        probabilities: Probability of label 1 by output name.
        why: What makes it worth a look.
    """

    id: str
    image_jpeg: bytes
    text: str
    label: int
    probabilities: dict[str, float]
    why: str = ""


@dataclass(frozen=True)
class RunSummary:
    """All that the report tells of one run; what a run did not get to stays empty.

    Args:
        name: The pipeline's name.
        run_id: The run's id.
        started: Start in ISO 8601.
        seconds: Duration of the whole run; None where it is not known.
        seed: Seed of the run.
        verdict: How it ended.
        headline: The verdict in one sentence.
        reasons: Why, one sentence each.
        rules: The gate's rules with what was found.
        changes: The smallest change that would have turned the verdict, in sentences.
        notes: What a reader of the verdict must know besides, one sentence each.
        served: The output that is served as `probability`.
        baseline: What the live model was, or that there was none.
        aucs: AUC on the test split by output name.
        gain: Gain of the fused model over its best part.
        fused_minus_late: What interaction adds to late fusion, in AUC.
        slices: Figures by slice of the test split.
        serving: What the check of its serving found.
        scores: The test split's scores, for the ROC curves.
        training: How the model came about.
        counts: Pairs by split and label.
        audit: What the division into splits was checked for, as names and values.
        data_warnings: What the gates of the data warned of.
        quarantine: Pairs put aside, by reason.
        quarantine_path: Where those pairs and their reasons are.
        nodes: The pipeline's nodes in the order they ran.
        features: What the frozen encoders had to do, by half.
        examples: Test examples to look at.
        receipt: The receipt's page.
        pushed_to: Push destination.
        pushed_version: Version pushed.
        versions: Versions of Python and of the libraries.
        paths: Where model, data and records are, by name.
        config: The resolved configuration, as YAML.
        error: The failure's message, of a failed run.
    """

    name: str
    run_id: str
    started: str
    seconds: float | None
    seed: int
    verdict: Verdict
    headline: str
    reasons: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    served: str = ""
    baseline: str = ""
    aucs: dict[str, Interval] = field(default_factory=dict)
    gain: Gain | None = None
    fused_minus_late: Interval | None = None
    slices: dict[str, Slice] = field(default_factory=dict)
    serving: list[ServingFinding] = field(default_factory=list)
    scores: Scores | None = None
    training: Training | None = None
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    audit: list[tuple[str, str]] = field(default_factory=list)
    data_warnings: list[str] = field(default_factory=list)
    quarantine: dict[str, int] = field(default_factory=dict)
    quarantine_path: str = ""
    nodes: list[Node] = field(default_factory=list)
    features: dict[str, FeatureCounts] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)
    receipt: str = ""
    pushed_to: str = ""
    pushed_version: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    config: str = ""
    error: str = ""

    __pydantic_config__: ClassVar[dict[str, str]] = {
        "extra": "forbid",
        "ser_json_bytes": "base64",
        "val_json_bytes": "base64",
        "ser_json_inf_nan": "strings",
    }

    def save(self, path: Path) -> Path:
        """Write the summary as JSON; pictures become base64.

        Args:
            path: File to write.

        Returns:
            `path`.
        """
        from pydantic import TypeAdapter

        path.write_bytes(TypeAdapter(RunSummary).dump_json(self, indent=2))
        return path

    @staticmethod
    def load(path: Path) -> RunSummary:
        """Read a summary that `save` wrote.

        Args:
            path: File to read.

        Returns:
            The summary, equal to the one saved.

        Raises:
            InputError: The file holds no summary.
        """
        from pydantic import TypeAdapter, ValidationError

        from components.errors import InputError

        try:
            return TypeAdapter(RunSummary).validate_json(path.read_bytes())
        except ValidationError as error:
            raise InputError(
                f"{path} must hold the JSON summary of a run. Received: {error}. Run the pipeline again to write it."
            ) from error
