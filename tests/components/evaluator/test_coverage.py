"""How often the lower bound of the gain lies below the true gain: it must do so in 95 of 100 test splits, or nearly."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from components import keys
from components.evaluator.gain import fusion_gain

DRAWS = 500

# Distance between the classes' means, in standard deviations of the score, of fused, image_only and text_only.
UNEQUAL, TIED, CLOSE = (1.5, 0.5, 1.0), (1.3, 1.0, 1.0), (1.3, 0.9, 1.0)


def true_auc(distance: float) -> float:
    return float(stats.norm.cdf(distance / np.sqrt(2)))


def draw_split(distances: tuple[float, ...], pairs: int, size: int, rng: np.random.Generator) -> tuple:
    """Draw scores with half of their noise in common; a group's pairs share half of theirs besides."""
    labels = rng.permutation(np.arange(pairs) % 2)
    groups = np.arange(pairs) // size
    shared = rng.normal(size=pairs)
    scores: dict[str, NDArray] = {}
    for name, distance in zip((keys.FUSED, *keys.PARTS), distances, strict=True):
        own, of_group = rng.normal(size=pairs), rng.normal(size=groups.max() + 1)[groups]
        noise = np.sqrt(0.5) * shared + np.sqrt(0.5) * (np.sqrt(0.5) * own + np.sqrt(0.5) * of_group)
        scores[name] = distance * labels + noise
    scores[keys.LATE] = scores[keys.FUSED]
    return scores, labels, groups


def coverage(distances: tuple[float, ...], pairs: int, size: int) -> float:
    gain = true_auc(distances[0]) - max(true_auc(distance) for distance in distances[1:])
    covered = 0
    for number in range(DRAWS):
        scores, labels, groups = draw_split(distances, pairs, size, np.random.default_rng([number, pairs, size]))
        covered += fusion_gain(scores, labels, groups, draws=400, seed=number).gain.lower <= gain
    return covered / DRAWS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("distances", "pairs", "size"),
    [(UNEQUAL, 200, 1), (UNEQUAL, 600, 3), (TIED, 200, 1), (CLOSE, 200, 2), ((1.0, 1.0, 0.2), 100, 1)],
    ids=["unequal", "unequal, in groups", "tied", "close, in groups", "no gain, few pairs"],
)
def test_lower_bound_covers_the_true_gain(distances: tuple[float, ...], pairs: int, size: int) -> None:
    share = coverage(distances, pairs, size)
    assert share >= 0.90
    if distances[0] == UNEQUAL[0] or distances[1] - distances[2] >= 0.5:
        assert share <= 0.98
