"""Each distinct content is encoded once, beside others of like length."""

from __future__ import annotations

import random

import numpy as np
import pytest
import tensorflow as tf

from components.encoders.build import build_image_encoder, build_text_encoder
from components.encoders.encoder import FrozenEncoder
from components.errors import InputError
from components.frozen_features.once_encoder import OnceEncoder

SPEC = {"encoder": "vgg16", "weights": "random", "size": 32, "pooling": "avg", "seed": 1}


class Lengths(FrozenEncoder):
    """Gives the length of a text, of the longest text in its batch, and how many the batch has."""

    def __init__(self) -> None:
        super().__init__("lengths", "text", 3, "")

    def encode(self, inputs: tf.Tensor) -> tf.Tensor:
        lengths = tf.cast(tf.strings.length(inputs), tf.float32)
        ones = tf.ones_like(lengths)
        return tf.stack([lengths, ones * tf.reduce_max(lengths), ones * tf.reduce_sum(ones)], axis=1)


class Doubtful(Lengths):
    """Cannot be relied on where a text is empty; notes what it is asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def prove(self, inputs: tf.Tensor) -> None:
        self.asked.append(len(inputs))
        if tf.reduce_any(tf.strings.length(inputs) == 0):
            raise InputError("not to be relied on")


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (32, 32, 3)).astype("uint8")
    return tf.io.encode_png(pixels).numpy()


def mixed_texts(count: int) -> list[bytes]:
    draw = random.Random(1)
    return [f"{number} {'cat ' * draw.randrange(30)}".encode() for number in range(count)]


def test_each_distinct_picture_is_encoded_once() -> None:
    once = OnceEncoder(build_image_encoder(SPEC))
    first = once([picture(1), picture(2), picture(1)])
    second = once([picture(2), picture(3)])
    assert once.take_counts() == {"forwards": 3}
    np.testing.assert_array_equal(first[0], first[2])
    np.testing.assert_array_equal(first[1], second[0])


def test_memory_is_bounded_and_a_forgotten_picture_is_encoded_again() -> None:
    once = OnceEncoder(build_image_encoder(SPEC), remembered_bytes=1)
    once([picture(1)])
    once([picture(2)])
    once([picture(1)])
    assert once.take_counts() == {"forwards": 3}
    assert once.take_counts() == {}


def test_texts_share_batches_of_32_with_texts_of_like_length_and_come_back_in_their_order() -> None:
    texts = mixed_texts(200)
    vectors = np.stack(OnceEncoder(Lengths())(texts))
    assert vectors[:, 0].tolist() == [len(text) for text in texts]
    ordered = sorted(map(len, texts))
    assert sorted(set(vectors[:, 1])) == sorted({max(ordered[start : start + 32]) for start in range(0, 200, 32)})
    assert vectors[:, 2].max() == 32


def test_the_place_of_a_text_changes_its_vector_by_no_more_than_rounding() -> None:
    encoder = build_text_encoder({"encoder": "minilm", "max_tokens": 32})
    assert encoder is not None
    texts = mixed_texts(70)
    vectors = np.stack(OnceEncoder(encoder)(texts))
    np.testing.assert_array_equal(vectors, np.stack(OnceEncoder(encoder)(texts)))
    for order in (texts[::-1], sorted(texts)):
        again = dict(zip(order, OnceEncoder(encoder)(order), strict=True))
        np.testing.assert_allclose(np.stack([again[text] for text in texts]), vectors, atol=1e-5)


def test_an_encoder_is_proved_once_on_a_few_of_the_first_contents() -> None:
    encoder = Doubtful()
    once = OnceEncoder(encoder)
    for texts in ([], mixed_texts(99), [b"", b"new"]):
        once(texts)
    assert encoder.asked == [4]


def test_nothing_is_encoded_by_an_encoder_that_is_not_to_be_relied_on() -> None:
    once = OnceEncoder(Doubtful())
    with pytest.raises(InputError, match="not to be relied on"):
        once([b"", b"text"])
    assert once.take_counts() == {}


def test_a_picture_that_cannot_be_decoded_fails_the_call() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError):
        OnceEncoder(build_image_encoder(SPEC))([picture(1), b"no picture"])
