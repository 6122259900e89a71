"""What each output does on the eval split: its AUC and its own decision threshold."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.bootstrap import exact_auc
from components.trainer.decision import choose_threshold


def judge_outputs(
    probabilities: Mapping[str, NDArray[np.floating]], labels: NDArray[np.integer], aim: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Judge every output on the split on which everything is chosen.

    Args:
        probabilities: By output, shape (n,).
        labels: Shape (n,), 0 or 1, both present.
        aim: What the decision serves, see `choose_threshold`.

    Returns:
        By output, in plain values: `auc`, and `threshold`, `precision`, `recall` and `reached` of the decision.
    """
    return {
        name: {"auc": exact_auc(values, labels), **dataclasses.asdict(choose_threshold(values, labels, aim))}
        for name, values in probabilities.items()
    }
