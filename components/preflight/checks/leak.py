"""FG020: rows of the validation data that the training data holds too."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from components.preflight.codes import LEAK
from components.preflight.finding import Finding
from components.preflight.split import Split
from components.preflight.subject import Subject

_SHARE = 0.01
# Numbers of a row that go into its hash; rows with equal hashes are then compared whole.
_HASHED = 2048
_CHUNK = 1024
# Rows of fewer numbers coincide by chance, and so do whole numbers (tokens) up to the second width.
_MIN_WIDTH = 8
_MAX_WIDTH = 1024


def check_leak(subject: Subject) -> Iterator[Finding]:
    """Find validation rows that equal a training row in every input, beyond what coincides by nature.

    Short texts coincide: where every input is tokens or text, the share must be twice that of training rows which
    have a twin within the training split.
    """
    train, evaluation = subject.train, subject.evaluation
    if train is None or evaluation is None:
        return
    hashes = _hashes(train)
    first: dict[bytes, int] = {}
    for row, digest in enumerate(hashes):
        first.setdefault(digest, row)
    found = [
        row
        for row, digest in enumerate(_hashes(evaluation))
        if digest in first and _equal(evaluation, row, train, first[digest])
    ]
    share = len(found) / evaluation.rows
    allowed = _SHARE
    if _coincide(train):
        counts = Counter(hashes)
        allowed = max(allowed, 2 * sum(count for count in counts.values() if count > 1) / train.rows)
    if found and share >= allowed:
        yield Finding(
            LEAK,
            "evaluation",
            f"{len(found)} of {evaluation.rows} validation rows equal a training row in every input "
            f"(the first is row {found[0]})",
            {"rows": float(len(found)), "share": share},
        )


def _coincide(split: Split) -> bool:
    width = sum(array[0].size for array in split.inputs.values())
    if width > _MAX_WIDTH:
        return False
    whole = all(array.dtype.kind != "f" or np.array_equal(array, np.round(array)) for array in split.inputs.values())
    return whole or width < _MIN_WIDTH


def _hashes(split: Split) -> list[bytes]:
    states = [hashlib.blake2b(digest_size=16) for _ in range(split.rows)]
    for array in split.inputs.values():
        flat = array.reshape(len(array), -1)
        columns = np.unique(np.linspace(0, flat.shape[1] - 1, min(_HASHED, flat.shape[1])).astype(np.int64))
        for start in range(0, len(flat), _CHUNK):
            for offset, row in enumerate(_plain(flat[start : start + _CHUNK][:, columns])):
                states[start + offset].update(row.tobytes())
    return [state.digest() for state in states]


def _plain(rows: NDArray) -> NDArray:
    """Bring rows to one type, so that equal values have equal bytes in both splits."""
    if rows.dtype.kind in "US":
        return np.char.encode(rows, "utf-8").astype("S256") if rows.dtype.kind == "U" else rows.astype("S256")
    return np.ascontiguousarray(rows, dtype=np.float64)


def _equal(left: Split, row: int, right: Split, other: int) -> bool:
    return all(np.array_equal(left.inputs[name][row], right.inputs[name][other]) for name in left.inputs)
