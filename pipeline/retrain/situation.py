"""What a decision to retrain goes by, in plain values."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Trained:
    """What the last complete run has read.

    Attributes:
        run_id: The run.
        spans: Number and version of each span, the newest last.
        fingerprint: Digest of their files.
        at: When it decided, in seconds since the epoch.
    """

    run_id: str
    spans: tuple[tuple[int, int], ...]
    fingerprint: str
    at: float


@dataclasses.dataclass(frozen=True)
class NewSpan:
    """A span, or a version of one, that no complete run has read.

    Attributes:
        span: Its number.
        version: Its version.
        pairs: Pairs in it that are new.
    """

    span: int
    version: int
    pairs: int


@dataclasses.dataclass(frozen=True)
class BadSpan:
    """A new span that is not trained on.

    Attributes:
        span: Its number.
        why: What is wrong with it, as a sentence without its full stop.
    """

    span: int
    why: str


@dataclasses.dataclass(frozen=True)
class SpanDrift:
    """How far the newest span stands from what the live model was trained on.

    Attributes:
        span: Its number.
        distances: By feature.
        limits: By feature.
    """

    span: int
    distances: dict[str, float]
    limits: dict[str, float]

    @property
    def over(self) -> list[str]:
        """The features that have drifted."""
        return [name for name, distance in self.distances.items() if distance > self.limits[name]]


@dataclasses.dataclass(frozen=True)
class Situation:
    """What there is to decide on.

    Attributes:
        window: Numbers of the spans that a run would read, the newest last; empty where there is none to be used.
        new: Those of them that are new.
        bad: New spans that are left out, the newest first.
        empty: Numbers of spans without records, which are passed over.
        trained: The last complete run; None where there was none.
        live: The live version; None where nothing is live.
        age_days: Days since the live model was pushed, or since the last complete run if that is later.
        drift: Of the newest span, where it is new and there is something to compare with.
    """

    window: tuple[int, ...]
    new: tuple[NewSpan, ...] = ()
    bad: tuple[BadSpan, ...] = ()
    empty: tuple[int, ...] = ()
    trained: Trained | None = None
    live: int | None = None
    age_days: float | None = None
    drift: SpanDrift | None = None

    @property
    def new_pairs(self) -> int:
        """Pairs that no complete run has read."""
        return sum(each.pairs for each in self.new)

    @property
    def newest_is_bad(self) -> bool:
        """Whether the newest span is one that is left out."""
        return bool(self.bad) and self.bad[0].span > max(self.window, default=-1)
