"""Which half drove a decision: the served logit taken apart into image, text and what only both together say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from components import keys

IMAGE, TEXT, BOTH, INTERACTION, NEITHER = "image", "text", "both", "interaction", "neither"
# One half alone drives where it has this share of what both halves pull.
_ALONE = 2 / 3
_MAJORITY = 1 / 2
# Pulls of less than this, in logits, are rounding.
_NOTHING = 1e-4
_CLOSEST = 1e-7


@dataclass(frozen=True)
class Pulls:
    """What moved a pair's served logit away from the base rate's; the three add up to that distance.

    Args:
        image: Logits that the picture pulled, above 0 towards label 1.
        text: The same of the text.
        interaction: What the served output adds to the ensemble of the halves' own models.
    """

    image: float
    text: float
    interaction: float


def pulls(answer: Mapping[str, float], served: str, base: float) -> Pulls:
    """Take a served logit apart.

    The answers to the pair without its text, without its picture and without both are known without asking: they are
    `image_only`, `text_only` and the base rate. So the ensemble of the halves is a game of two players, and each half's
    pull is its Shapley value: the mean of what it adds to nothing and of what it adds to the other half. What the
    served output has beyond the ensemble is neither's alone.

    Args:
        answer: Probabilities by output.
        served: The output that is served as `probability`.
        base: The answer to a pair with neither half.

    Reference:
        Shapley 1953, "A value for n-person games".

    Example:
        >>> pulls({"fused": 0.9, "late": 0.9, "image_only": 0.9, "text_only": 0.5}, "fused", 0.5).text
        0.0
    """
    logits = {name: _logit(answer[name]) for name in keys.OUTPUTS}
    image, text = (logits[part] - _logit(base) for part in keys.PARTS)
    if served in keys.PARTS:
        return Pulls(image if served == keys.IMAGE_ONLY else 0.0, text if served == keys.TEXT_ONLY else 0.0, 0.0)
    together = logits[keys.LATE] - _logit(base)
    return Pulls(
        image=(image + together - text) / 2,
        text=(text + together - image) / 2,
        interaction=logits[served] - logits[keys.LATE],
    )


def drove(pulled: Pulls, decision: int) -> str:
    """Say what drove a decision, of what pulled towards it.

    Args:
        pulled: As `pulls` gives them.
        decision: 0 or 1.

    Returns:
        `interaction` where it pulled more than the halves together; else the half with at least two thirds of what the
        halves pulled, or `both`; `neither` where nothing pulled towards the decision, which then is the base rate's.
    """
    sign = 1 if decision else -1
    image, text, interaction = (max(0.0, sign * pull) for pull in (pulled.image, pulled.text, pulled.interaction))
    halves = image + text
    if halves + interaction < _NOTHING:
        return NEITHER
    if interaction > _MAJORITY * (halves + interaction):
        return INTERACTION
    if image >= _ALONE * halves:
        return IMAGE
    return TEXT if text >= _ALONE * halves else BOTH


def _logit(probability: float) -> float:
    kept = min(max(probability, _CLOSEST), 1 - _CLOSEST)
    return math.log(kept / (1 - kept))
