"""Folds of the train split, for scores that no model was fitted on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold


def make_folds(labels: NDArray[np.integer], groups: NDArray, count: int, seed: int) -> NDArray[np.int64]:
    """Deal examples into folds of like label balance; a group stays in one fold.

    Args:
        labels: Shape (n,), 0 or 1.
        groups: Shape (n,).
        count: Number of folds.
        seed: Seed of the dealing.

    Returns:
        The fold of each example, shape (n,).
    """
    folds = np.zeros(len(labels), np.int64)
    dealer = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    for fold, (_, held_out) in enumerate(dealer.split(np.zeros(len(labels)), labels, groups)):
        folds[held_out] = fold
    return folds


def each_fold(folds: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield for each fold the masks of the examples to fit on and of those held out."""
    for fold in np.unique(folds):
        yield folds != fold, folds == fold
