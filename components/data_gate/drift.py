"""Drift of texts and pictures: what is to be trained on now, against what the live model was trained on."""

from __future__ import annotations

import collections
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.data_gate.data_summary import MEASURES, DataSummary, word_digest
from components.data_gate.finding import Finding, some_ids
from components.data_gate.histogram import divergence_of_chance, jensen_shannon, soft_histogram

if TYPE_CHECKING:
    from components.data_gate.observation import Observation

GATE = "drift"
VOCABULARY = "vocabulary"
MEND = (
    "Fix the data if this was not meant; where it was, raise the bound, or set data_gate.drift to warn for one run: "
    "what is pushed then becomes the new reference"
)
_SHOWN_WORDS = 5


@dataclass(frozen=True)
class Moved:
    """How far one feature stands from the reference.

    Attributes:
        feature: Its name, as in `data_gate.drift_limits`.
        distance: How far.
        limit: How far it may be: the configured bound, and what samples of these sizes differ by of themselves.
        what: From which value to which.
        ids: The examples that are least like the reference.
    """

    feature: str
    distance: float
    limit: float
    what: str
    ids: tuple[str, ...]

    @property
    def finding(self) -> Finding | None:
        """The broken rule, or None where the distance is within its limit."""
        if self.distance <= self.limit:
            return None
        return Finding(GATE, f"{self.what} (data_gate.drift_limits.{self.feature})", MEND, self.ids)


def measure_drift(
    observations: Sequence[Observation], now: DataSummary, before: DataSummary, limits: Mapping[str, float]
) -> list[Moved]:
    """Compare a sample with the reference, feature by feature.

    Args:
        observations: The sample.
        now: Its summary.
        before: The summary of what the live model was trained on.
        limits: Bounds by feature: Jensen-Shannon divergence in bits, and for the vocabulary the share of words that
            may be unknown beyond what is to be expected.
    """
    if not observations or not before.sampled:
        return []
    moved = [_distribution(name, observations, now, before, limits[name]) for name in MEASURES]
    return [*moved, _vocabulary(observations, now, before, limits[VOCABULARY])]


def _distribution(
    name: str, observations: Sequence[Observation], now: DataSummary, before: DataSummary, bound: float
) -> Moved:
    measure = MEASURES[name]
    new, old = now.histograms[name], before.histograms[name]
    distance = jensen_shannon(new, old)
    bins = sum(max(pair) > 0 for pair in zip(new, old, strict=True))
    limit = bound + divergence_of_chance(bins, now.groups, before.groups)
    # A bin's excess of this sample over the reference.
    excess = [a / sum(new) - b / sum(old) for a, b in zip(new, old, strict=True)]

    def strangeness(seen: Observation) -> float:
        masses = soft_histogram([measure.scale(measure.of(seen))], measure.centres)
        return sum(mass * more for mass, more in zip(masses, excess, strict=True))

    what = (
        f"the {measure.title} must not drift. Received: a median of {before.medians[name]:.0f} when the live model was "
        f"trained, {now.medians[name]:.0f} now; Jensen-Shannon divergence {distance:.3f}, at most {limit:.3f}"
    )
    return Moved(name, distance, limit, what, _strangest(observations, strangeness))


def _vocabulary(observations: Sequence[Observation], now: DataSummary, before: DataSummary, bound: float) -> Moved:
    expected, found = before.expected_known_share, before.known_share(now.words)
    # Words of one text, or of texts that share a picture, come together: a group counts as one draw.
    chance = 2 * math.sqrt(max(expected * (1 - expected), 0.01) * (1 / now.groups + 1 / before.groups))
    new_words = collections.Counter(
        word for seen in observations for word in seen.words if word_digest(word) not in before.words
    )

    def strangeness(seen: Observation) -> float:
        return sum(word in new_words for word in seen.words) / max(1, len(seen.words))

    common = ", ".join(f"{ascii(word)[1:-1]} ({count})" for word, count in new_words.most_common(_SHOWN_WORDS))
    what = (
        f"the words of the texts must stay known. Received: {found:.1%} of them stood in the texts that the live model "
        f"was trained on, {expected:.1%} were to be expected, at least {expected - bound - chance:.1%} are wanted; "
        f"most frequent new words: {common or 'none'}"
    )
    return Moved(VOCABULARY, max(0.0, expected - found), bound + chance, what, _strangest(observations, strangeness))


def _strangest(observations: Sequence[Observation], strangeness: Callable[[Observation], float]) -> tuple[str, ...]:
    return some_ids(seen.id for seen in sorted(observations, key=lambda seen: (-strangeness(seen), seen.id)))
