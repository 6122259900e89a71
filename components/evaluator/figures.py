"""Everything that is measured on one slice of the test split, as one flat table of figures. Pure numpy.

TFMA's metric FusionGain and whoever computes a verdict again read the same function, so that their figures are equal to
the last bit: neither the order of the examples nor that of merging matters.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, log_loss

from components import keys
from components.bootstrap import exact_auc
from components.evaluator import rule_names
from components.evaluator.delong import delong
from components.evaluator.gain import Gain, Interval, fusion_gain
from components.trainer.calibration import expected_calibration_error, reliability

# What the metric needs of a model, and what it takes where it is there: an earlier export lacks it.
NEEDED = keys.OUTPUTS
TAKEN = (*keys.PROBES, *keys.SHUFFLED, keys.PROBABILITY)
SCORED = (*NEEDED, *TAKEN)

# Figures with bounds `_lower` and `_upper`, and figures without.
RELIANCE = tuple(f"{half}_reliance" for half in rule_names.HALVES)
INTERVALS = ("gain", "fused_minus_late", *(f"auc_{output}" for output in keys.OUTPUTS), *RELIANCE)
PER_OUTPUT = ("accuracy", "average_precision", "log_loss", "ece")
MISSING = {
    "missing_image_loss": (keys.TEXT_ONLY, keys.FUSED_WITHOUT_IMAGE),
    "missing_text_loss": (keys.IMAGE_ONLY, keys.FUSED_WITHOUT_TEXT),
}
COUNTS = ("pairs", "sampled_pairs", "groups", "positives")
SINGLES = (
    *(f"{name}_{output}" for name in PER_OUTPUT for output in keys.OUTPUTS),
    *MISSING,
    *("gain_error", "detectable_gain", "delong_error", "delong_p", rule_names.SERVED_AUC),
)
NAMES = (*COUNTS, *SINGLES, *(f"{name}{bound}" for name in INTERVALS for bound in ("", "_lower", "_upper")))
# Where a probability is taken for a 1: the outputs are calibrated, so that no other point has a higher expected
# accuracy, and all outputs are counted alike. The served decision has a threshold and an aim of its own.
ACCURACY_FROM = 0.5


@dataclasses.dataclass(frozen=True)
class Measuring:
    """How figures are measured.

    Attributes:
        confidence: One-sided confidence of the bounds.
        draws: Bootstrap draws.
        seed: Seed of the draws.
        most_pairs: A slice of more pairs is measured on a sample of its groups.
    """

    confidence: float = 0.95
    draws: int = 1000
    seed: int = 0
    most_pairs: int = 200_000


def group_hash(group: bytes) -> int:
    """Return the 64-bit hash by which a group is drawn and sampled."""
    return int.from_bytes(hashlib.blake2b(group, digest_size=8).digest(), "little")


def hash_groups(groups: Iterable[bytes]) -> NDArray[np.uint64]:
    """Return `group_hash` of each group."""
    return np.array([group_hash(group) for group in groups], np.uint64)


def sample_limit(hashes: NDArray[np.uint64], most_pairs: int) -> int | None:
    """Return the hash from which on groups are left out, so that at most `most_pairs` pairs are kept.

    Whole groups are taken by rising hash, until the next one would not fit. A part of the data never leaves out a group
    that the whole would take, so samples can be drawn part by part and merged.

    Args:
        hashes: Shape (n,), the hash of each pair's group.
        most_pairs: The limit.

    Returns:
        The hash of the first group left out, or None where all fit.
    """
    if len(hashes) <= most_pairs:
        return None
    names, sizes = np.unique(hashes, return_counts=True)
    return int(names[np.searchsorted(np.cumsum(sizes), most_pairs, side="right")])


def measure(
    scores: Mapping[str, NDArray[np.floating]],
    labels: NDArray[np.integer],
    groups: NDArray[np.uint64],
    measuring: Measuring,
    pairs: int | None = None,
) -> dict[str, float]:
    """Measure one slice.

    Args:
        scores: By output (`SCORED`, of which those of `TAKEN` may lack or hold NaN), shape (n,), probabilities.
        labels: Shape (n,), 0 or 1.
        groups: Shape (n,), as `hash_groups` makes them.
        measuring: How.
        pairs: How many pairs the slice has, where these are a sample of them.

    Returns:
        By name (`NAMES`). NaN for what cannot be measured, such as an AUC where all labels are the same.

    Example:
        >>> figures = measure(scores, labels, hash_groups(groups), Measuring(draws=1000, seed=7))
        >>> figures["gain_lower"] >= 0.01
    """
    pairs = pairs or len(labels)
    limit = sample_limit(groups, measuring.most_pairs)
    rows = {name: scores[name].astype(np.float64) for name in SCORED if name in scores}
    if limit is not None:
        kept = groups < np.uint64(limit)
        rows, labels, groups = {name: values[kept] for name, values in rows.items()}, labels[kept], groups[kept]
    # Sums of floats depend on their order, so there is one.
    order = np.lexsort((*reversed(rows.values()), labels, groups))
    rows = {name: values[order] for name, values in rows.items()}
    rows = {name: values for name, values in rows.items() if not np.isnan(values).any()}
    labels, groups = labels[order], groups[order]
    counts = (pairs, len(labels), len(np.unique(groups)), int(labels.sum()))
    found = dict.fromkeys(NAMES, math.nan) | dict(zip(COUNTS, map(float, counts), strict=True))
    for output in keys.OUTPUTS:
        found |= {f"{name}_{output}": value for name, value in _of_output(rows[output], labels).items()}
    return found | (_compared(rows, labels, groups, measuring) if len(np.unique(labels)) == 2 else {})


def _of_output(probabilities: NDArray[np.float64], labels: NDArray[np.integer]) -> dict[str, float]:
    """Measure what one output says by itself."""
    if not len(labels):
        return {}
    both = len(np.unique(labels)) == 2
    return {
        "accuracy": float(((probabilities >= ACCURACY_FROM) == labels).mean()),
        "average_precision": float(average_precision_score(labels, probabilities)) if both else math.nan,
        "log_loss": float(log_loss(labels, probabilities, labels=[0, 1])),
        "ece": expected_calibration_error(reliability(probabilities, labels)),
    }


def _compared(
    rows: Mapping[str, NDArray[np.float64]],
    labels: NDArray[np.integer],
    groups: NDArray[np.uint64],
    measuring: Measuring,
) -> dict[str, float]:
    """Measure what the outputs say beside each other."""
    drawn = {name: rows[name] for name in (*keys.OUTPUTS, *keys.SHUFFLED) if name in rows}
    gain = fusion_gain(
        drawn, labels, groups, confidence=measuring.confidence, draws=measuring.draws, seed=measuring.seed
    )
    found = _bounds(gain)
    check = delong(rows[keys.FUSED], rows[gain.best_part], labels)
    found |= {
        "gain_error": gain.error,
        "detectable_gain": gain.gain.value - gain.gain.lower,
        "delong_error": check.error,
        "delong_p": check.p_value,
        rule_names.SERVED_AUC: exact_auc(rows.get(keys.PROBABILITY, rows[keys.FUSED]), labels),
    }
    for name, (part, probe) in MISSING.items():
        if probe in rows:
            found[name] = gain.auc[part].value - exact_auc(rows[probe], labels)
    return found


def _bounds(gain: Gain) -> dict[str, float]:
    intervals: dict[str, Interval] = {"gain": gain.gain, "fused_minus_late": gain.fused_minus_late}
    intervals |= {f"auc_{output}": gain.auc[output] for output in keys.OUTPUTS}
    intervals |= {f"{half}_reliance": interval for half, interval in gain.reliance.items()}
    found: dict[str, float] = {}
    for name, interval in intervals.items():
        found |= {name: interval.value, f"{name}_lower": interval.lower, f"{name}_upper": interval.upper}
    return found
