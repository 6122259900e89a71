"""What a train split looks like, in figures small enough to be kept beside a pushed model."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
import json
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from components.data_gate.histogram import soft_histogram

if TYPE_CHECKING:
    from components.data_gate.observation import Observation

_LAYOUT = 1


@dataclasses.dataclass(frozen=True)
class Measure:
    """One figure of an example and the scale that its histogram is drawn on.

    Attributes:
        title: What it is called in a finding.
        of: The figure, of an observation.
        centres: Centres of the bins, on the scale.
        scale: From the figure to the scale.
        per_picture: Whether equal pictures count once.
    """

    title: str
    of: Callable[[Observation], float]
    centres: tuple[float, ...]
    scale: Callable[[float], float]
    per_picture: bool


def _log2(value: float) -> float:
    return math.log2(max(value, 1))


MEASURES = {
    "text_length": Measure(
        "characters of a text", lambda seen: seen.text_length, tuple(map(float, range(15))), _log2, False
    ),
    "image_size": Measure(
        "side of a picture in pixels (√ of width × height)",
        lambda seen: math.sqrt(seen.width * seen.height),
        tuple(n / 2 for n in range(27)),
        _log2,
        True,
    ),
    "brightness": Measure(
        "brightness of a picture (0 to 255)",
        lambda seen: seen.brightness,
        tuple(255 * n / 12 for n in range(13)),
        float,
        True,
    ),
}


@dataclasses.dataclass(frozen=True)
class DataSummary:
    """Figures of a train split, or of a sample of it.

    Attributes:
        examples: Examples in the split.
        sampled: How many of them were looked at.
        groups: Groups among these: pairs that share a picture or a text are no independent witnesses.
        histograms: Masses by measure, see `MEASURES`.
        medians: Median by measure.
        words: Digest of each word, with the number of texts that hold it. No text can be read from it.
    """

    examples: int
    sampled: int
    groups: int
    histograms: dict[str, list[float]]
    medians: dict[str, float]
    words: dict[str, int]

    @classmethod
    def of(cls, observations: Sequence[Observation], examples: int) -> DataSummary:
        """Summarise a sample.

        Args:
            observations: What was seen of the sampled examples.
            examples: Examples in the whole split.
        """
        histograms, medians = {}, {}
        for name, measure in MEASURES.items():
            values = [measure.of(seen) for seen in _counted(observations, measure)]
            histograms[name] = soft_histogram(map(measure.scale, values), measure.centres)
            medians[name] = float(statistics.median(values)) if values else 0.0
        words = collections.Counter(word_digest(word) for seen in observations for word in seen.words)
        groups = len({seen.group for seen in observations})
        return cls(examples, len(observations), groups, histograms, medians, dict(sorted(words.items())))

    def to_json(self) -> str:
        """Return the summary as JSON, its keys sorted."""
        return json.dumps({"layout": _LAYOUT} | dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> DataSummary | None:
        """Read a summary back; None where another version of the software laid it out."""
        fields: Mapping = json.loads(text)
        if fields.get("layout") != _LAYOUT:
            return None
        return cls(**{field.name: fields[field.name] for field in dataclasses.fields(cls)})

    def known_share(self, words: Mapping[str, int]) -> float:
        """Return the share of words that stand in this summary, each counted by the texts that hold it."""
        total = sum(words.values())
        return sum(count for word, count in words.items() if word in self.words) / total if total else 1.0

    @property
    def expected_known_share(self) -> float:
        """The share of words that a new sample of the same texts would have in common with this one.

        Reference:
            Good 1953: what was seen once stands for what was not seen at all.
        """
        total = sum(self.words.values())
        return 1 - sum(count == 1 for count in self.words.values()) / total if total else 1.0


def word_digest(word: str) -> str:
    """Return a short digest that a word is kept by."""
    return hashlib.sha256(word.encode()).hexdigest()[:12]


def _counted(observations: Sequence[Observation], measure: Measure) -> Sequence[Observation]:
    return list({seen.picture: seen for seen in observations}.values()) if measure.per_picture else observations
