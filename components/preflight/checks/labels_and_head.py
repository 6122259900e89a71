"""FG005: labels that the head and its loss cannot read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from components.preflight.codes import LABELS_AND_HEAD
from components.preflight.finding import Finding
from components.preflight.heads import Head
from components.preflight.loss_spec import BINARY, SPARSE, LossSpec
from components.preflight.subject import Subject

_TOLERANCE = 1e-3


def check_labels_and_head(subject: Subject) -> Iterator[Finding]:
    """Find labels that do not fit, in either split."""
    for name, split in (("train", subject.train), ("evaluation", subject.evaluation)):
        for head in subject.heads:
            labels = split.labels.get(head.name) if split is not None else None
            if labels is None:
                continue
            sentence = _misfit(head, labels)
            if sentence is not None:
                yield Finding(LABELS_AND_HEAD, f"{head.where}, {name}", sentence, _evidence(head, labels))


def _evidence(head: Head, labels: NDArray) -> dict[str, float]:
    evidence = {"units": float(head.units or 0), "axes": float(labels.ndim)}
    if labels.dtype.kind in "biuf":
        evidence |= {"lowest": float(labels.min()), "highest": float(labels.max())}
        evidence["distinct"] = float(len(np.unique(labels[:10_000])))
    return evidence


def _misfit(head: Head, labels: NDArray) -> str | None:
    if labels.dtype.kind not in "biuf":
        return f"labels are {labels.dtype}, not numbers"
    if not np.all(np.isfinite(labels)):
        return f"{int(np.sum(~np.isfinite(labels)))} of {labels.size} labels are not finite"
    if head.loss is None or head.loss.family is None:
        return None
    if head.loss.family == SPARSE:
        return _sparse(head.units, labels, head.loss)
    return _binary(head.units, labels) if head.loss.family == BINARY else _categorical(head.units, labels)


def _binary(units: int | None, labels: NDArray) -> str | None:
    width = labels.shape[-1] if labels.ndim > 1 else 1
    if units is not None and width != units:
        return f"labels of shape {labels.shape} against {units} unit{'s' if units != 1 else ''}"
    if labels.min() < 0 or labels.max() > 1:
        return f"labels reach from {labels.min():g} to {labels.max():g} where 0 to 1 is read"
    return None


def _sparse(units: int | None, labels: NDArray, loss: LossSpec) -> str | None:
    if units is not None and units > 1 and labels.ndim > 1 and labels.shape[-1] == units:
        return f"labels of shape {labels.shape} hold a row per example where one class number is read"
    classes = labels[labels != loss.ignore_class] if loss.ignore_class is not None else labels
    if not np.array_equal(classes, np.round(classes)):
        return "labels hold fractions where class numbers are read"
    if classes.size and (classes.min() < 0 or (units is not None and classes.max() >= units)):
        return f"class numbers reach from {classes.min():g} to {classes.max():g} against {units} units"
    return None


def _categorical(units: int | None, labels: NDArray) -> str | None:
    if labels.ndim < 2 or (units is not None and labels.shape[-1] != units):
        return f"labels of shape {labels.shape} against {units} units, one share per class"
    sums = labels.sum(axis=-1)
    bad = (np.abs(sums - 1) > _TOLERANCE) | (labels.min(axis=-1) < -_TOLERANCE)
    return f"{int(bad.sum())} of {bad.size} rows are no shares that sum to 1" if np.any(bad) else None
