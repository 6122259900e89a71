"""The rules of DataGate over counts and anomalies, as functions that return what is wrong.

Pure Python: no TFX.
"""

from __future__ import annotations

from collections.abc import Mapping

from components import keys
from components.data_gate.finding import Finding
from components.data_gate.settings import ANOMALIES, BAD_SHARE, FEW_EXAMPLES, ONE_CLASS
from components.pairs.reasons import Reason

_LABELS = ("0", "1")


def bad_share_findings(
    usable: int, quarantined: Mapping[str, int], max_bad_share: float, ids: tuple[str, ...] = ()
) -> list[Finding]:
    """Find too large a share of unusable pairs.

    Args:
        usable: Pairs that became examples.
        quarantined: Pairs that were set apart, by reason. Those that are no fault, such as an exact duplicate, are not
            held against the data.
        max_bad_share: Largest share of all pairs that may be unusable.
        ids: Some that were set apart.
    """
    faulty = {reason: count for reason, count in quarantined.items() if Reason(reason).is_fault}
    bad, pairs = sum(faulty.values()), usable + sum(quarantined.values())
    share = bad / max(1, pairs)
    if share <= max_bad_share:
        return []
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(faulty.items(), key=lambda kv: -kv[1]))
    moved = (
        f"at most {max_bad_share:.1%} of the pairs may be unusable (data.max_bad_share). "
        f"Received: {bad} of {pairs}, {share:.1%} ({reasons})"
    )
    return [
        Finding(BAD_SHARE, moved, "Mend them (`fusegate quarantine` lists and exports them), or raise the limit", ids)
    ]


def one_class_findings(counts: Mapping[str, Mapping[str, int]]) -> list[Finding]:
    """Find data that holds one label only, or none.

    Args:
        counts: By split, by label as text.
    """
    totals = {label: sum(counts.get(split, {}).get(label, 0) for split in keys.SPLITS) for label in _LABELS}
    if all(totals.values()):
        return []
    received = ", ".join(f"{count} of label {label}" for label, count in totals.items())
    moved = f"the examples must be of both labels, 0 and 1. Received: {received}"
    return [Finding(ONE_CLASS, moved, "Add pairs of the other label; a model of one label learns nothing")]


def class_findings(counts: Mapping[str, Mapping[str, int]], min_per_class: int) -> list[Finding]:
    """Find splits that hold too few examples of a label to train or to judge on.

    Args:
        counts: By split, by label as text.
        min_per_class: Fewest examples of each label in each split.
    """
    return [
        Finding(
            FEW_EXAMPLES,
            f"split {split} must hold at least {min_per_class} examples of label {label} (data.min_per_class). "
            f"Received: {counts.get(split, {}).get(label, 0)}",
            "Add data, or change data.splits",
        )
        for split in keys.SPLITS
        for label in _LABELS
        if counts.get(split, {}).get(label, 0) < min_per_class
    ]


def anomaly_findings(
    anomalies: Mapping[str, Mapping[str, str]],
    ids: Mapping[str, tuple[str, ...]] | None = None,
    run_id: str = "RUN",
) -> list[Finding]:
    """Put ExampleValidator's anomalies into words, those that several splits share only once.

    Args:
        anomalies: By split, by feature, the description.
        ids: Some records that do not fit, by feature.
        run_id: The run, whose anomalies `fusegate schema accept` reads.
    """
    merged: dict[tuple[str, str], list[str]] = {}
    for split, features in anomalies.items():
        for feature, description in features.items():
            merged.setdefault((feature, description), []).append(split)
    mend = f"Fix the data, or review what `fusegate schema accept {run_id}` proposes for the schema (schema_file)"
    return [
        Finding(
            ANOMALIES,
            f"feature {feature} must fit the schema. Received, in {', '.join(splits)}: {description.rstrip('. ')}",
            mend,
            (ids or {}).get(feature, ()),
        )
        for (feature, description), splits in merged.items()
    ]
