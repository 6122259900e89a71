"""The classes in an array of labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from components.preflight.heads import Head
from components.preflight.loss_spec import BINARY, CATEGORICAL

_MOST = 1000


def class_numbers(head: Head, labels: NDArray | None) -> NDArray | None:
    """Return one class number per example, or None where an output has no exclusive classes.

    Args:
        head: The output.
        labels: Its labels.
    """
    if labels is None or labels.dtype.kind not in "biuf" or head.loss is None or head.loss.family is None:
        return None
    if head.loss.family == CATEGORICAL or (head.loss.family == BINARY and labels.ndim == 2 and labels.shape[1] > 1):
        exclusive = (
            labels.ndim == 2 and bool(np.all(labels.sum(axis=1) == 1)) and bool(np.all((labels == 0) | (labels == 1)))
        )
        return labels.argmax(axis=1) if exclusive else None
    if labels.size != len(labels):
        return None
    flat = labels.reshape(-1)
    whole = bool(np.all(np.isfinite(flat))) and np.array_equal(flat, np.round(flat))
    return flat if whole and len(np.unique(flat)) <= _MOST else None
