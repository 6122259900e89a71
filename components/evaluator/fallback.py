"""Which simpler variant stands in for a fused model that does not beat its parts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components import keys

VARIANTS = (keys.TEXT_ONLY, keys.IMAGE_ONLY, keys.LATE)


def best_variant(card: Mapping[str, Any]) -> str | None:
    """Return the simpler variant with the highest AUC on the eval split, the simplest of equals.

    The test split has no say in it, so that what is then measured there is not the best of several tries.

    Args:
        card: What the Trainer keeps with the model (`keys.MODEL_CARD`).

    Returns:
        One of `text_only`, `image_only` and `late`; None where the card does not tell their AUCs.
    """
    judged = card.get("training", {}).get("outputs", {})
    if not all(name in judged for name in VARIANTS):
        return None
    return max(VARIANTS, key=lambda name: judged[name]["auc"])
