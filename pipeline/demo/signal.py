"""How much each half of a drawn meme says about its label, and the drawing of attributes with that strength."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Signal:
    """Weights of the log-odds `image·background + text·mood + interaction·(subject·topic)`, all attributes ±1.

    The story: a meme is a hit (label 1) if it looks warm, sounds sunny and its caption speaks of what is pictured.

    A cue of weight w agrees with the label in a share of 1 / (1 + exp(−w)) of the memes; that share is also the
    best AUC that the cue can reach alone. 0 switches a cue off, 1.4 gives AUC 0.80. With the defaults the best AUCs
    are 0.80 for the picture, 0.80 for the text, 0.90 for both added up, 0.97 with the interaction.

    Args:
        image: Weight of the background (warm sunburst or cool stripes): seen in the picture alone.
        text: Weight of the mood words (sunny or gloomy): read in the caption alone.
        interaction: Weight of "the caption speaks of what is pictured": neither half shows anything of it alone.
    """

    image: float = 1.4
    text: float = 1.4
    interaction: float = 2.0


@dataclass(frozen=True)
class Attributes:
    """What one meme shows and says: the label (0 or 1) and four attributes of ±1."""

    label: int
    background: int
    mood: int
    subject: int
    topic: int


def draw_attributes(count: int, signal: Signal, rng: np.random.Generator) -> list[Attributes]:
    """Draw attributes in exact proportions, in random order.

    Given the label, background, mood and "subject equals topic" are independent; the subject is a fair coin. Every
    combination gets its expected number of memes, rounded, so that the strength of a cue does not vary with the seed.

    Args:
        count: Number of memes.
        signal: Strength of the three cues.
        rng: Source of the order.

    Returns:
        `count` attributes; half of the labels are 1, half of the subjects and half of the topics +1 (within rounding).
    """
    weights = np.array([signal.image, signal.text, signal.interaction])
    agreement = 1 / (1 + np.exp(-weights))
    cells, shares = [], []
    for label, *agrees, subject in itertools.product((0, 1), (True, False), (True, False), (True, False), (-1, 1)):
        sign = 2 * label - 1
        background, mood, fit = (sign if agree else -sign for agree in agrees)
        cells.append(Attributes(label, background, mood, subject, topic=subject * fit))
        shares.append(np.prod(np.where(agrees, agreement, 1 - agreement)) / 4)
    edges = np.rint(np.cumsum(shares) * count).astype(int)
    chosen = np.repeat(np.arange(len(cells)), np.diff(edges, prepend=0))
    return [cells[index] for index in rng.permutation(chosen)]
