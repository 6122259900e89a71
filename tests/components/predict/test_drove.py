from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import keys
from components.predict.drove import Pulls, drove, pulls

PROBABILITY = st.floats(0.001, 0.999)


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


@given(st.lists(PROBABILITY, min_size=4, max_size=4), PROBABILITY, st.sampled_from(keys.OUTPUTS))
def test_pulls_add_up_to_what_moved_the_served_logit(scores: list[float], base: float, served: str) -> None:
    answer = dict(zip(keys.OUTPUTS, scores, strict=True))
    pulled = pulls(answer, served, base)
    total = pulled.image + pulled.text + pulled.interaction
    assert total == pytest.approx(logit(answer[served]) - logit(base), abs=1e-9)


def test_missing_half_pulls_nothing() -> None:
    pulled = pulls({"fused": 0.8, "late": 0.8, "image_only": 0.3, "text_only": 0.8}, "fused", 0.3)
    assert pulled.image == pytest.approx(0) and pulled.interaction == pytest.approx(0) and pulled.text > 0


@pytest.mark.parametrize(
    ("pulled", "decision", "said"),
    [
        (Pulls(2, 0.5, 0.1), 1, "image"),
        (Pulls(0.5, 2, 0.1), 1, "text"),
        (Pulls(1, 1.2, 0.1), 1, "both"),
        (Pulls(1, 1, 3), 1, "interaction"),
        (Pulls(-1, 2, 3), 0, "image"),
        (Pulls(-1, -1, -3), 0, "interaction"),
        (Pulls(-1, -1, -3), 1, "neither"),
        (Pulls(0, 0, 0), 0, "neither"),
    ],
)
def test_what_pulled_most_towards_the_decision_drove_it(pulled: Pulls, decision: int, said: str) -> None:
    assert drove(pulled, decision) == said


def test_served_part_is_driven_by_its_half_alone() -> None:
    answer = {"fused": 0.9, "late": 0.8, "image_only": 0.2, "text_only": 0.7}
    assert drove(pulls(answer, keys.TEXT_ONLY, 0.4), 1) == "text"
    assert drove(pulls(answer, keys.IMAGE_ONLY, 0.4), 0) == "image"
