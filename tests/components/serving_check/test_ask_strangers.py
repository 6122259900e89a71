"""Strangers are asked together; a fault is found and told of the one that caused it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from components import keys
from components.pairs.limits import PairLimits
from components.serving_check.ask_strangers import SCORES, ask_strangers
from components.serving_check.client import Answers
from components.serving_check.raw_pairs import RawPairs
from components.serving_check.strangers import stranger_texts
from tests.components.small_model import draw_pairs

LIMITS = PairLimits(max_pixels=100_000, max_image_bytes=1 << 20)
LARGE = 64
EMOJI = stranger_texts()["emoji"]
Move = Callable[[bytes, bytes], float]


class Model:
    """Answers each pair by what it holds; `move` is added to the answers of all other pairs of its request."""

    def __init__(self, move: Move = lambda picture, text: 0.0):
        self.requests = 0
        self._move = move

    def ask(self, pictures: Sequence[bytes], texts: Sequence[bytes], vectors: Any = None) -> Answers:
        self.requests += 1
        moves = np.array([self._move(*pair) for pair in zip(pictures, texts, strict=True)])
        digests = [hashlib.sha256(b"|".join(pair)).digest()[0] / 255 for pair in zip(pictures, texts, strict=True)]
        answers = {name: np.array(digests) + moves.sum() - moves for name in SCORES}
        return answers | {name: np.ones(len(texts), int) for name in (keys.IMAGE_USED, keys.TEXT_USED)}


def asked(model: Model) -> dict[str, Any]:
    records = []
    for pair_id, picture, text in draw_pairs(5):
        example = tf.train.Example()
        for name, value in {keys.ID: pair_id.encode(), keys.IMAGE: picture, keys.TEXT: text.encode()}.items():
            example.features.feature[name].bytes_list.value.append(value)
        records.append(example.SerializeToString())
    pairs = RawPairs(records, None)
    told = ask_strangers(model, pairs, pairs.ask(model, LARGE), LIMITS)
    return told["texts"] | told["pictures"]


def test_a_sound_model_is_asked_about_all_strangers_in_one_request() -> None:
    model = Model()
    told = asked(model)
    assert model.requests == 2
    assert len(told) == 37
    assert all(each["neighbours"] == 0 and each["finite"] for each in told.values())


def test_one_that_fails_its_request_is_named_alone() -> None:
    def fail(picture: bytes, text: bytes) -> float:
        if picture.startswith(b"RIFF"):
            raise ValueError("no WebP here")
        return 0.0

    told = asked(Model(fail))
    assert told.pop("WebP") == {"error": "ValueError: no WebP here"}
    assert all("error" not in each for each in told.values())


@pytest.mark.parametrize("by", [1e-3, float("nan")])
def test_one_that_changes_the_answers_to_its_neighbours_is_named_alone(by: float) -> None:
    told = asked(Model(lambda picture, text: by if text == EMOJI else 0.0))
    assert not told.pop("emoji")["neighbours"] <= 1e-6
    assert all(each["neighbours"] == 0 for each in told.values())


def test_what_packing_makes_of_a_picture_is_compared_where_it_changes_its_bytes() -> None:
    told = asked(Model())
    assert told["JPEG"]["as_packed"] == 0
    assert told["CMYK JPEG"]["as_packed"] > 0
    assert told["PNG bomb"]["packing"] == "image_too_many_pixels"
