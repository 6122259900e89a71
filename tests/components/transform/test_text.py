from __future__ import annotations

import pytest
import tensorflow as tf

from components.transform.text import normalize, pad_ids, tokenize


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        (" \n\t ", []),
        ("When YOU see", ["when", "you", "see"]),
        ("ÀÉÎ ΣΟΦΊΑ ЖУК", ["àéî", "σοφία", "жук"]),
        ("see https://t.co/aB?c=1#x now", ["see", "urltoken", "now"]),
        ("HTTP://EXAMPLE.COM www.example.org/a", ["urltoken", "urltoken"]),
        ("@one @Two_2 hi", ["usertoken", "usertoken", "hi"]),
        ("@josé hi", ["usertoken", "hi"]),
        ("mail me@home", ["mail", "me", "@", "home"]),
        ("#MondayMood #été # alone", ["mondaymood", "été", "#", "alone"]),
        ("don't we’re O'Neil", ["dont", "were", "oneil"]),
        ("wow!!! ok...", ["wow", "!", "!", "!", "ok", ".", ".", "."]),
        ("fun😂😂x", ["fun", "😂", "😂", "x"]),
        ("日本語 हिन्दी", ["日本語", "हिन्दी"]),
    ],
)
def test_text_becomes_tokens(text: str, tokens: list[str]) -> None:
    (found,) = tokenize(tf.constant([text])).to_list()
    assert [token.decode() for token in found] == tokens


def test_text_that_is_normalised_is_not_changed_by_it_again() -> None:
    texts = tf.constant(["See https://t.co/a, @you & #Me: it's 😂!", ""])
    once = tokenize(texts)
    assert tokenize(tf.strings.reduce_join(once, axis=1, separator=" ")).to_list() == once.to_list()


def test_texts_keep_their_shape_and_do_not_touch_each_other() -> None:
    texts = tf.constant([["A #b", "c"], ["", "@d"]])
    assert normalize(texts).shape == (2, 2)
    assert tokenize(tf.constant(["a", "", "b c"])).row_lengths().numpy().tolist() == [1, 0, 2]


@pytest.mark.parametrize(("length", "row"), [(2, [1, 6]), (3, [1, 6, 3]), (5, [1, 6, 3, 0, 0])])
def test_ids_are_shifted_by_one_and_cut_or_padded_with_zeros(length: int, row: list[int]) -> None:
    ids = tf.RaggedTensor.from_row_lengths(tf.constant([0, 5, 2, 4], tf.int64), [3, 0, 1]).to_sparse()
    padded = pad_ids(ids, length)
    assert padded.dtype == tf.int64
    assert padded.numpy().tolist() == [row, [0] * length, [5, *[0] * (length - 1)]]


def test_batch_of_empty_texts_is_all_padding() -> None:
    ids = tf.RaggedTensor.from_row_lengths(tf.constant([], tf.int64), [0, 0]).to_sparse()
    assert pad_ids(ids, 4).numpy().tolist() == [[0] * 4] * 2
