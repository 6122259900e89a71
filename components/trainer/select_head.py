"""Choose a fusion head: the simplest that is not clearly worse than the best."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from components import keys
from components.bootstrap import bootstrap_aucs, exact_auc

_DRAWS = 1000
_CONFIDENCE = 0.95


@dataclasses.dataclass(frozen=True)
class Candidate:
    """What the eval split says of a head.

    Attributes:
        head: Its name.
        auc: AUC on the eval split.
        lower: Lower 95 % bound of the AUC, one-sided.
        upper: Upper 95 % bound.
        behind: AUC of the best head minus this one's.
        error: Standard error of that difference; 0 for the best.
    """

    head: str
    auc: float
    lower: float
    upper: float
    behind: float
    error: float


def select_head(
    logits: Mapping[str, NDArray[np.floating]], labels: NDArray[np.integer], groups: NDArray, seed: int
) -> tuple[str, list[Candidate]]:
    """Choose the simplest head whose AUC is within one standard error of the best one's.

    The error is that of the difference between the two on the same examples, which is smaller than that of either AUC:
    an interaction that is clearly there is not given up because the eval split is small.

    Args:
        logits: By head, each of shape (n,), from models that were not fitted, nor stopped, on these examples.
        labels: Shape (n,), 0 or 1.
        groups: Shape (n,); examples of one group are drawn together.
        seed: Seed of the bootstrap.

    Returns:
        The head, and the table of all candidates, the simplest first.

    Reference:
        Breiman et al. 1984, "Classification and Regression Trees", 3.4.3: the rule of one standard error.
    """
    draws = bootstrap_aucs(logits, labels, groups, _DRAWS, seed)
    aucs = {head: exact_auc(scores, labels) for head, scores in logits.items()}
    best = max(aucs, key=lambda head: aucs[head])
    table = []
    for head in sorted(logits, key=keys.HEADS.index):
        lower, upper = np.nanquantile(draws[head], [1 - _CONFIDENCE, _CONFIDENCE])
        error = float(np.nanstd(draws[best] - draws[head]))
        table.append(Candidate(head, aucs[head], float(lower), float(upper), aucs[best] - aucs[head], error))
    return next(row.head for row in table if row.behind <= row.error), table
