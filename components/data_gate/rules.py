"""The rules of DataGate, as functions from counts and anomalies to findings.

Pure Python: no TFX.
"""

from __future__ import annotations

from collections.abc import Mapping

from components import keys


def bad_share_findings(usable: int, quarantined: Mapping[str, int], max_bad_share: float) -> list[str]:
    """Find too large a share of unusable pairs.

    Args:
        usable: Pairs that became examples.
        quarantined: Pairs that were set apart, by reason.
        max_bad_share: Largest share of all pairs that may be set apart.
    """
    bad = sum(quarantined.values())
    share = bad / max(1, bad + usable)
    if share <= max_bad_share:
        return []
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(quarantined.items(), key=lambda kv: -kv[1]))
    return [
        f"at most {max_bad_share:.1%} of the pairs may be unusable (data.max_bad_share). "
        f"Received: {bad} of {bad + usable}, {share:.1%} ({reasons}). Mend them, or raise the limit"
    ]


def class_findings(counts: Mapping[str, Mapping[str, int]], min_per_class: int) -> list[str]:
    """Find splits that hold too few examples of a label to train or to judge on.

    Args:
        counts: By split, by label as text.
        min_per_class: Fewest examples of each label in each split.
    """
    return [
        f"split {split} must hold at least {min_per_class} examples of label {label} (data.min_per_class). "
        f"Received: {counts.get(split, {}).get(label, 0)}. Add data, or change data.splits"
        for split in keys.SPLITS
        for label in ("0", "1")
        if counts.get(split, {}).get(label, 0) < min_per_class
    ]


def anomaly_findings(anomalies: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Put ExampleValidator's anomalies into words, those that several splits share only once.

    Args:
        anomalies: By split, by feature, the description.
    """
    merged: dict[tuple[str, str], list[str]] = {}
    for split, features in anomalies.items():
        for feature, description in features.items():
            merged.setdefault((feature, description), []).append(split)
    return [
        f"feature {feature} must fit the schema. Received, in {', '.join(splits)}: {description} "
        "Mend the data, or review the schema (schema_file)"
        for (feature, description), splits in merged.items()
    ]
