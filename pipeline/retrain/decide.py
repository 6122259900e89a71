"""Decide whether to retrain: a pure function of the situation."""

from __future__ import annotations

import dataclasses
from typing import Literal

from pipeline.retrain.situation import BadSpan, Situation
from pipeline.retrain_config import RetrainConfig

Action = Literal["nothing_new", "too_little_new", "bad_span", "retrain"]
Reason = Literal["", "new_span", "drift", "age", "forced"]


@dataclasses.dataclass(frozen=True)
class Choice:
    """What is to be done.

    Attributes:
        action: What.
        reason: Why, of a `retrain`; empty for the others.
        said: The same in a sentence.
    """

    action: Action
    reason: Reason
    said: str


def decide(situation: Situation, settings: RetrainConfig, forced: bool = False) -> Choice:
    """Decide what to do.

    Args:
        situation: What there is to decide on.
        settings: The section `retrain` of the configuration.
        forced: Whether a run is asked for whatever is new.

    Example:
        >>> decide(Situation(window=(1, 2)), RetrainConfig()).action
        'nothing_new'
    """
    if situation.bad and (situation.newest_is_bad or not situation.window) and not (forced and situation.window):
        return Choice("bad_span", "", f"{_told(situation.bad[0])}. What is live stays. Mend the span, or pack it again")
    if not situation.window:
        return Choice("nothing_new", "", f"Nothing new: {_last(situation)}")
    window = f"over {_spans(situation.window)}{_without(situation)}"
    if forced:
        return Choice("retrain", "forced", f"Retraining {window}, because it was asked for")
    old = _too_old(situation, settings)
    if not situation.new_pairs:
        if old:
            return Choice("retrain", "age", f"Retraining {window}: {old}")
        return Choice("nothing_new", "", f"Nothing new: {_last(situation)}")
    new = f"{situation.new_pairs:,} new pairs in {_spans(tuple(each.span for each in situation.new))}"
    if situation.drift is not None and situation.drift.over and settings.on_drift == "retrain":
        moved = ", ".join(
            f"{name} {situation.drift.distances[name]:.3f}, at most {situation.drift.limits[name]:.3f}"
            for name in situation.drift.over
        )
        return Choice("retrain", "drift", f"Retraining {window}: span {situation.drift.span} has drifted ({moved})")
    if situation.new_pairs >= settings.min_new_pairs:
        return Choice("retrain", "new_span", f"Retraining {window}: {new}")
    if old:
        return Choice("retrain", "age", f"Retraining {window}: {old}, and there are {new}")
    missing = settings.min_new_pairs - situation.new_pairs
    return Choice(
        "too_little_new", "", f"Too little is new: {new}, {missing:,} short of retrain.min_new_pairs. Waiting for more"
    )


def _too_old(situation: Situation, settings: RetrainConfig) -> str:
    """Say that the live model is too old; empty where it is not."""
    if situation.age_days is None or settings.max_age_days is None or situation.age_days <= settings.max_age_days:
        return ""
    return (
        f"{situation.age_days:.1f} days have passed since the live model was pushed and the last run ended, more than "
        f"retrain.max_age_days {settings.max_age_days:g}"
    )


def _last(situation: Situation) -> str:
    if situation.trained is None:
        return "the spans hold no pairs yet"
    spans = _spans(tuple(number for number, _ in situation.trained.spans))
    empty = f"; {_spans(situation.empty)} without records" if situation.empty else ""
    return f"run {situation.trained.run_id} has read {spans}{empty}"


def _without(situation: Situation) -> str:
    return f", without {' and '.join(f'span {each.span}' for each in situation.bad)}" if situation.bad else ""


def _told(bad: BadSpan) -> str:
    return f"Span {bad.span} cannot be trained on: {bad.why}"


def _spans(numbers: tuple[int, ...]) -> str:
    return f"{'span' if len(numbers) == 1 else 'spans'} {', '.join(map(str, numbers))}"
