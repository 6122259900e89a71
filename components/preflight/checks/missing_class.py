"""FG019: a class that one split has and the other has not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from components.preflight.checks.classes import class_numbers
from components.preflight.codes import MISSING_CLASS
from components.preflight.finding import Finding
from components.preflight.subject import Subject

# A class of which chance alone would leave none in the validation split is not missed there.
_EXPECTED = 5.0


def check_missing_class(subject: Subject) -> Iterator[Finding]:
    """Find splits of a single class, and classes that chance does not explain the absence of."""
    if subject.train is None:
        return
    for head in subject.heads:
        train = class_numbers(head, subject.labels(head))
        if train is None:
            continue
        held = subject.evaluation.labels.get(head.name) if subject.evaluation is not None else None
        evaluation = class_numbers(head, held)
        classes = set(np.unique(train)) | set(np.unique(evaluation) if evaluation is not None else [])
        if len(classes) == 1:
            yield _single(
                head.name, "every split" if evaluation is not None else "train", next(iter(classes)), len(train)
            )
            continue
        for label in sorted(classes):
            if not np.any(train == label):
                yield _missing(head.name, "train", label, train, evaluation)
            elif evaluation is not None and not np.any(evaluation == label):
                expected = float(np.mean(train == label)) * len(evaluation)
                if expected >= _EXPECTED or len(np.unique(evaluation)) == 1:
                    yield _missing(head.name, "evaluation", label, evaluation, train)


def _missing(name: str, split: str, label: float, here: NDArray, there: NDArray | None) -> Finding:
    count = int(np.sum(there == label))
    return Finding(
        MISSING_CLASS,
        f"output {name}, {split}",
        f"class {label:g} has 0 of {len(here)} rows here and {count} in the other split",
        {"class": float(label), "rows": 0.0, "rows_in_other_split": float(count)},
    )


def _single(name: str, split: str, label: float, rows: int) -> Finding:
    sentence = f"all {rows} rows are of class {label:g}"
    return Finding(MISSING_CLASS, f"output {name}, {split}", sentence, {"class": float(label), "rows": float(rows)})
