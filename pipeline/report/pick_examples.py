"""The choice of test examples that teach most about a fused model."""

from __future__ import annotations

import itertools

import numpy as np

from components.keys import FUSED, IMAGE_ONLY, PARTS, TEXT_ONLY


def pick_examples(labels: list[int], outputs: dict[str, list[float]], count: int = 12) -> list[tuple[int, str]]:
    """Pick examples in turn from four kinds: fusion helps, fusion hurts, surely wrong, surely right.

    An output's error is the distance of its probability from the label.

    Args:
        labels: 0 or 1, one an example.
        outputs: Probabilities of label 1 of `fused`, `image_only` and `text_only`, in the order of `labels`.
        count: Number of examples wanted.

    Returns:
        Up to `count` pairs of an index into `labels` and the reason for the choice, no index twice, kind by kind.

    Example:
        >>> pick_examples([1], {"fused": [0.9], "image_only": [0.4], "text_only": [0.3]})
        [(0, 'Fusion helps: closer than both parts')]
    """
    errors = {name: np.abs(np.asarray(outputs[name]) - np.asarray(labels)) for name in (FUSED, *PARTS)}
    fused, best_part = errors[FUSED], np.minimum(errors[IMAGE_ONLY], errors[TEXT_ONLY])
    kinds = {
        "Fusion helps: closer than both parts": best_part - fused,
        "Fusion hurts: a part alone is closer": fused - best_part,
        "Surely wrong": fused - 0.5,
        "Surely right": 0.5 - fused,
    }
    queues = [
        [(int(index), why) for index in np.argsort(-merit, kind="stable") if merit[index] > 0]
        for why, merit in kinds.items()
    ]
    chosen: dict[int, str] = {}
    for queue in itertools.cycle(queues):
        if len(chosen) == count or not any(queues):
            break
        while queue:
            index, why = queue.pop(0)
            if index not in chosen:
                chosen[index] = why
                break
    return sorted(chosen.items(), key=lambda pair: list(kinds).index(pair[1]))
