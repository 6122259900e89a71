"""The decision, as a table."""

from __future__ import annotations

import dataclasses

import pytest

from pipeline.retrain.decide import decide
from pipeline.retrain.situation import BadSpan, NewSpan, Situation, SpanDrift, Trained
from pipeline.retrain_config import RetrainConfig

TRAINED = Trained("run-1", ((1, 0), (2, 0)), "f", 0.0)
SETTINGS = RetrainConfig(min_new_pairs=100, max_age_days=30)
OLD = Situation(window=(1, 2), trained=TRAINED, live=17, age_days=1.0)
MANY = dataclasses.replace(OLD, window=(2, 3), new=(NewSpan(3, 0, 150),))
FEW = dataclasses.replace(OLD, window=(2, 3), new=(NewSpan(3, 0, 40),))
MOVED = SpanDrift(3, {"brightness": 0.3, "label": 0.01}, {"brightness": 0.1, "label": 0.1})
STILL = SpanDrift(3, {"brightness": 0.05}, {"brightness": 0.1})
BAD = (BadSpan(4, "it is torn"),)
STOP = SETTINGS.model_copy(update={"on_drift": "stop"})

CASES: dict[str, tuple[Situation, RetrainConfig, bool, str, str]] = {
    "nothing is new": (OLD, SETTINGS, False, "nothing_new", ""),
    "a new span without pairs": (dataclasses.replace(OLD, empty=(3,)), SETTINGS, False, "nothing_new", ""),
    "no pairs at all": (Situation(window=()), SETTINGS, False, "nothing_new", ""),
    "forced without any pairs": (Situation(window=(), empty=(1,)), SETTINGS, True, "nothing_new", ""),
    "forced": (OLD, SETTINGS, True, "retrain", "forced"),
    "enough is new": (MANY, SETTINGS, False, "retrain", "new_span"),
    "exactly enough": (dataclasses.replace(MANY, new=(NewSpan(3, 0, 100),)), SETTINGS, False, "retrain", "new_span"),
    "one too few": (dataclasses.replace(MANY, new=(NewSpan(3, 0, 99),)), SETTINGS, False, "too_little_new", ""),
    "enough in two spans": (
        dataclasses.replace(MANY, new=(NewSpan(2, 1, 60), NewSpan(3, 0, 60))),
        *(SETTINGS, False, "retrain", "new_span"),
    ),
    "nothing was trained yet": (Situation((1,), (NewSpan(1, 0, 150),)), SETTINGS, False, "retrain", "new_span"),
    "too little is new": (FEW, SETTINGS, False, "too_little_new", ""),
    "little that has drifted": (dataclasses.replace(FEW, drift=MOVED), SETTINGS, False, "retrain", "drift"),
    "little that has not": (dataclasses.replace(FEW, drift=STILL), SETTINGS, False, "too_little_new", ""),
    "much that has drifted": (dataclasses.replace(MANY, drift=MOVED), SETTINGS, False, "retrain", "drift"),
    "drift that is to stop does not start": (dataclasses.replace(FEW, drift=MOVED), STOP, False, "too_little_new", ""),
    "the live model is old": (dataclasses.replace(OLD, age_days=31.0), SETTINGS, False, "retrain", "age"),
    "old, and little is new": (dataclasses.replace(FEW, age_days=31.0), SETTINGS, False, "retrain", "age"),
    "as old as it may be": (dataclasses.replace(OLD, age_days=30.0), SETTINGS, False, "nothing_new", ""),
    "age is not asked": (dataclasses.replace(OLD, age_days=9e9), RetrainConfig(), False, "nothing_new", ""),
    "nothing is live": (dataclasses.replace(OLD, live=None, age_days=None), SETTINGS, False, "nothing_new", ""),
    "the newest span is bad": (dataclasses.replace(MANY, bad=BAD), SETTINGS, False, "bad_span", ""),
    "a bad one before the newest": (
        dataclasses.replace(MANY, window=(2, 5), new=(NewSpan(5, 0, 150),), bad=BAD),
        *(SETTINGS, False, "retrain", "new_span"),
    ),
    "the only span is bad": (Situation((), bad=BAD), SETTINGS, False, "bad_span", ""),
    "forced over a bad newest one": (dataclasses.replace(OLD, bad=BAD), SETTINGS, True, "retrain", "forced"),
    "forced with nothing to train on": (Situation((), bad=BAD), SETTINGS, True, "bad_span", ""),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_decision(case: tuple[Situation, RetrainConfig, bool, str, str]) -> None:
    situation, settings, forced, action, reason = case
    choice = decide(situation, settings, forced)
    assert (choice.action, choice.reason) == (action, reason)
    assert choice.said
    assert "\n" not in choice.said


def test_what_is_missing_is_said() -> None:
    said = decide(FEW, SETTINGS).said
    assert said == ("Too little is new: 40 new pairs in span 3, 60 short of retrain.min_new_pairs. Waiting for more")


def test_span_that_is_left_out_is_said() -> None:
    situation = dataclasses.replace(MANY, window=(2, 5), new=(NewSpan(5, 0, 150),), bad=BAD)
    assert decide(situation, SETTINGS).said == "Retraining over spans 2, 5, without span 4: 150 new pairs in span 5"
    assert decide(dataclasses.replace(OLD, bad=BAD), SETTINGS).said == (
        "Span 4 cannot be trained on: it is torn. What is live stays. Mend the span, or pack it again"
    )


def test_what_has_drifted_is_said() -> None:
    said = decide(dataclasses.replace(FEW, drift=MOVED), SETTINGS).said
    assert said == "Retraining over spans 2, 3: span 3 has drifted (brightness 0.300, at most 0.100)"
