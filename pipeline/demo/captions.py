"""Captions in the manner of memes: the mood of the words is one cue, their topic half of another."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from components.errors import InputError

# Words of each value of an attribute. The lists are short, so that each word is met often in a small training split.
MOODS = {
    1: "happy cozy sunny sweet lovely jolly golden gentle lucky brave perfect cheerful",
    -1: "grumpy gloomy bitter soggy tired broken sour lonely cranky dusty angry hopeless",
}
TOPICS = {
    1: "cat kitten whiskers paws tuna yarn catnip fur tail purring hairball claws",
    -1: "car engine brakes tires garage gasoline bumper wheels clutch traffic highway parking",
}
# Slots: a, b mood words; m, n topic words. "/" parts the line at the top of the picture from the one at the bottom.
TEMPLATES = (
    "when your {a} {m} / meets {b} {n}",
    "nobody: / me dreaming of {a} {m} and {b} {n}",
    "one does not simply trade {a} {m} / for {b} {n}",
    "brace yourselves / {a} {m} and {b} {n} ahead",
    "not sure if {a} {m} / or just {b} {n}",
    "monday: {a} {m} / friday: {b} {n}",
    "{a} {m} all day / {b} {n} all night",
    "i asked for {a} {m} / i got {b} {n}",
    "keep calm and love / {a} {m} with {b} {n}",
    "there is no {a} {m} / without {b} {n}",
    "expectation: {a} {m} / reality: {b} {n}",
    "they said {a} {m} / i heard {b} {n}",
    "what if i told you / {a} {m} is the new {b} {n}",
    "that {a} moment when {m} / turns into {b} {n}",
)
# Half of what the lists hold for one mood and topic: so many are drawn without long searching for an unused one.
MOST_CAPTIONS = len(TEMPLATES) * math.perm(len(MOODS[1].split()), 2) * math.perm(len(TOPICS[1].split()), 2) // 2


@dataclass(frozen=True)
class Caption:
    """The two lines of a meme, lower case, without a line break."""

    top: str
    bottom: str

    @property
    def text(self) -> str:
        """Both lines as one: what a manifest holds."""
        return f"{self.top} {self.bottom}"


def write_captions(moods: list[int], topics: list[int], rng: np.random.Generator) -> list[Caption]:
    """Write one caption for each pair of mood and topic, no two alike.

    Args:
        moods: +1 for sunny words, −1 for gloomy ones, one a caption.
        topics: +1 for cats, −1 for cars, one a caption.
        rng: Source of all choices.

    Returns:
        Captions in the order asked for, each with two mood words and two topic words.

    Raises:
        InputError: More captions are asked for than can be told apart.
    """
    if len(moods) > MOST_CAPTIONS:
        raise InputError(
            f"Captions must be distinct, and the word lists are good for {MOST_CAPTIONS:,} of them. "
            f"Received: {len(moods):,}. Ask for fewer memes."
        )
    seen: set[Caption] = set()
    captions = []
    for mood, topic in zip(moods, topics, strict=True):
        caption = _write(mood, topic, rng)
        while caption in seen:
            caption = _write(mood, topic, rng)
        seen.add(caption)
        captions.append(caption)
    return captions


def _write(mood: int, topic: int, rng: np.random.Generator) -> Caption:
    template = TEMPLATES[rng.integers(len(TEMPLATES))]
    a, b = rng.choice(MOODS[mood].split(), 2, replace=False)
    m, n = rng.choice(TOPICS[topic].split(), 2, replace=False)
    top, bottom = template.format(a=a, b=b, m=m, n=n).split(" / ")
    return Caption(top, bottom)
