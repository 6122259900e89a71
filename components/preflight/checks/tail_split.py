"""FG018: labels in an order that a validation split from the tail would cut in two."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from components.preflight.checks.classes import class_numbers
from components.preflight.codes import TAIL_SPLIT
from components.preflight.finding import Finding
from components.preflight.subject import Subject

# What users of validation_split mostly take.
_USUAL = 0.2
# Standard errors; a shuffled order exceeds this about once in a million times.
_DEVIATION = 5.0
_DEVIATION_ORDERED = 3.0
_DIFFERENCE = 0.1


def check_tail_split(subject: Subject) -> Iterator[Finding]:
    """Find labels whose tail has other classes than the rest, where no validation arrays were given."""
    if subject.train is None or subject.evaluation is not None:
        return
    share = subject.validation_split if subject.validation_split is not None else _USUAL
    cut = int(subject.train.rows * (1 - share))
    for head in subject.heads:
        labels = class_numbers(head, subject.labels(head))
        if labels is None or not 0 < cut < len(labels):
            continue
        found = _worst(labels, cut)
        if found is None:
            continue
        label, before, after = found
        given = f"validation_split={share:g}" if subject.validation_split is not None else f"a split of {share:g}"
        yield Finding(
            TAIL_SPLIT,
            f"labels of {head.name}",
            f"class {label} makes up {before:.1%} of the first {cut} rows and {after:.1%} of the last "
            f"{len(labels) - cut}, which {given} takes for validation",
            {"class": label, "share_before": before, "share_in_tail": after, "validation_split": share},
        )
        return


def _worst(labels: NDArray, cut: int) -> tuple[float, float, float] | None:
    """Return the class whose share differs most and beyond chance, with both shares."""
    needed = _DEVIATION if not _is_ordered(labels) else _DEVIATION_ORDERED
    worst: tuple[float, float, float] | None = None
    for label in np.unique(labels):
        is_label = labels == label
        overall, before, after = is_label.mean(), is_label[:cut].mean(), is_label[cut:].mean()
        error = np.sqrt(overall * (1 - overall) * (1 / cut + 1 / (len(labels) - cut)))
        difference = abs(after - before)
        if error == 0 or difference < needed * error or (min(before, after) > 0 and difference < _DIFFERENCE):
            continue
        if worst is None or difference > abs(worst[2] - worst[1]):
            worst = (float(label), float(before), float(after))
    return worst


def _is_ordered(labels: NDArray) -> bool:
    """Tell whether neighbours share their class far more often than in a random order."""
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    differ = 1 - float(np.sum(shares**2))
    changes = int(np.sum(labels[1:] != labels[:-1]))
    expected = differ * (len(labels) - 1)
    return changes < expected - _DEVIATION * np.sqrt(expected * (1 - differ))
