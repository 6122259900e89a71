"""The figures that the user's own rules may name."""

from __future__ import annotations

from collections.abc import Mapping

from components import keys
from components.data_gate.data_summary import MEASURES, DataSummary
from components.data_gate.drift import VOCABULARY

# Figures with what they hold; those of drift are missing while nothing is live.
FIGURES = {
    "examples": "usable pairs in all splits",
    **{f"examples_{split}": f"usable pairs in {split}" for split in keys.SPLITS},
    "label_share": "share of label 1 in all splits",
    **{f"label_share_{split}": f"share of label 1 in {split}" for split in keys.SPLITS},
    "quarantined": "pairs that were set apart",
    "quarantined_share": "their share of all pairs",
    **{f"{name}_median": f"median of the {measure.title}, in train" for name, measure in MEASURES.items()},
    "distinct_words": "distinct words in the texts of train, or of the 2,000 that are looked at",
    **{f"drift_{name}": f"divergence of the {measure.title}, in bits" for name, measure in MEASURES.items()},
    f"drift_{VOCABULARY}": "words that are unknown beyond what is to be expected, as a share",
    f"drift_{keys.LABEL}": "largest change of a label's share",
}


def make_figures(
    by_split: Mapping[str, Mapping[str, int]],
    quarantined: Mapping[str, int],
    summary: DataSummary,
    drift: Mapping[str, float],
) -> dict[str, float]:
    """Gather the figures of a run.

    Args:
        by_split: Examples by split, by label as text.
        quarantined: Pairs that were set apart, by reason.
        summary: What the train split looks like.
        drift: Distances by feature; empty while nothing is live.
    """
    totals = {split: sum(by_split.get(split, {}).values()) for split in keys.SPLITS}
    positives = {split: by_split.get(split, {}).get("1", 0) for split in keys.SPLITS}
    examples, bad = sum(totals.values()), sum(quarantined.values())
    return {
        "examples": examples,
        **{f"examples_{split}": totals[split] for split in keys.SPLITS},
        "label_share": sum(positives.values()) / max(1, examples),
        **{f"label_share_{split}": positives[split] / max(1, totals[split]) for split in keys.SPLITS},
        "quarantined": bad,
        "quarantined_share": bad / max(1, bad + examples),
        **{f"{name}_median": median for name, median in summary.medians.items()},
        "distinct_words": len(summary.words),
        **{f"drift_{name}": distance for name, distance in drift.items() if f"drift_{name}" in FIGURES},
    }
