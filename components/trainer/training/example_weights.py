"""Weights of examples against imbalance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from components.errors import InputError


def example_weights(labels: NDArray, choice: str | Sequence[float]) -> NDArray[np.float32] | None:
    """Return each example's weight in the loss.

    Args:
        labels: Shape (n, 1), 0 or 1, both present.
        choice: `none`; `balanced`: n / (2 n_c) for class c, so that both weigh the same and the mean weight is 1; or
            the weights of class 0 and class 1.

    Returns:
        Shape (n,), or None where all weigh 1.

    Reference:
        King and Zeng 2001, "Logistic Regression in Rare Events Data"; scikit-learn's `class_weight="balanced"`.
    """
    if choice == "none":
        return None
    classes = labels[:, 0].astype(int)
    if choice == "balanced":
        weights = len(classes) / (2 * np.bincount(classes, minlength=2))
    elif not isinstance(choice, str) and len(choice) == 2 and min(choice) > 0:
        weights = np.asarray(choice)
    else:
        raise InputError(
            "train.class_weight must be none, balanced or the two classes' weights above 0. "
            f"Received: {choice!r}. Write for example [1.0, 3.0]"
        )
    return weights.astype(np.float32)[classes]
