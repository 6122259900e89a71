"""The attributes of drawn memes carry exactly the signal that was dialled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.demo.signal import Signal, draw_attributes


def _columns(count: int, signal: Signal, seed: int = 0) -> dict[str, np.ndarray]:
    drawn = draw_attributes(count, signal, np.random.default_rng(seed))
    names = ("label", "background", "mood", "subject", "topic")
    return {name: np.array([getattr(each, name) for each in drawn]) for name in names}


def _agreement(values: np.ndarray, label: np.ndarray) -> float:
    return float(np.mean(values == 2 * label - 1))


def test_each_cue_agrees_with_the_label_as_often_as_its_weight_says() -> None:
    drawn = _columns(4000, Signal(image=1.0, text=2.0, interaction=3.0))
    found = [
        _agreement(drawn["background"], drawn["label"]),
        _agreement(drawn["mood"], drawn["label"]),
        _agreement(drawn["subject"] * drawn["topic"], drawn["label"]),
    ]
    assert found == pytest.approx([0.731, 0.881, 0.953], abs=0.005)


def test_subject_and_topic_alone_say_nothing_of_the_label() -> None:
    drawn = _columns(4000, Signal())
    assert _agreement(drawn["subject"], drawn["label"]) == pytest.approx(0.5, abs=0.005)
    assert _agreement(drawn["topic"], drawn["label"]) == pytest.approx(0.5, abs=0.005)


def test_without_signal_nothing_agrees_with_the_label() -> None:
    drawn = _columns(4000, Signal(0.0, 0.0, 0.0))
    for values in (drawn["background"], drawn["mood"], drawn["subject"] * drawn["topic"]):
        assert _agreement(values, drawn["label"]) == pytest.approx(0.5, abs=0.005)


@settings(max_examples=50, deadline=None)
@given(
    count=st.integers(1, 500),
    weights=st.tuples(*[st.floats(-6, 6)] * 3),
    seed=st.integers(0, 2**32),
)
def test_any_signal_gives_as_many_memes_as_asked_for_and_half_of_each_label(
    count: int, weights: tuple[float, float, float], seed: int
) -> None:
    drawn = _columns(count, Signal(*weights), seed)
    assert len(drawn["label"]) == count
    assert abs(drawn["label"].sum() - count / 2) <= 1


def test_order_follows_the_seed() -> None:
    first, again, other = (_columns(200, Signal(), seed)["label"] for seed in (1, 1, 2))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()
