from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform.beam as tft_beam
from sklearn.feature_extraction.text import TfidfVectorizer
from tensorflow_transform.tf_metadata import dataset_metadata, schema_utils

from components.transform.ngrams import character_ngrams, word_ngrams
from components.transform.preprocessing import preprocessing_fn
from components.transform.text import tokenize

TEXTS = ["The cat sat", "a dog sat on THE cat, the cat!", "", "tiny café 😂 日本", "a b", "dog dog dog dog"]
CONFIG = {"branches": ["lexical"], "word_buckets": 2**20, "character_buckets": 2**22}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    spec = {name: tf.io.FixedLenFeature([1], tf.string) for name in ("id", "text")}
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(spec))
    data = [{"id": [str(number)], "text": [text]} for number, text in enumerate(TEXTS)]
    with tft_beam.Context(str(tmp_path_factory.mktemp("tft"))):
        (transformed, _), _ = (data, metadata) | tft_beam.AnalyzeAndTransformDataset(
            lambda inputs: preprocessing_fn(inputs, CONFIG)
        )
    return sorted(transformed, key=lambda row: row["id"][0])


def words_of(text: str) -> list[str]:
    return [token.decode() for token in tokenize(tf.constant([text])).to_list()[0]]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("word", {"tokenizer": words_of, "token_pattern": None, "ngram_range": (1, 2), "lowercase": False}),
        ("character", {"analyzer": "char_wb", "ngram_range": (3, 5)}),
    ],
)
def test_weights_are_those_of_scikit_learn(rows: list[dict[str, Any]], kind: str, options: dict[str, Any]) -> None:
    texts = TEXTS if kind == "word" else [" ".join(words_of(text)) for text in TEXTS]
    theirs = TfidfVectorizer(sublinear_tf=True, **options).fit_transform(texts)
    for row, wanted in zip(rows, theirs, strict=True):
        assert row[f"{kind}_ids"].size == len(set(row[f"{kind}_ids"]))
        np.testing.assert_allclose(np.sort(row[f"{kind}_weights"]), np.sort(wanted.data), rtol=1e-5)


def test_an_empty_text_has_no_terms_and_is_marked(rows: list[dict[str, Any]]) -> None:
    assert rows[2]["word_ids"].size == rows[2]["character_ids"].size == 0
    assert [float(row["has_text"][0]) for row in rows] == [1, 1, 0, 1, 1, 1]


def test_ngrams_of_words_and_of_characters() -> None:
    tokens = tf.ragged.constant([["ab", "c"], [], ["日本語"]])
    assert word_ngrams(tokens).to_list() == [[b"ab", b"c", b"ab c"], [], ["日本語".encode()]]
    cut = [[ngram.decode() for ngram in row] for row in character_ngrams(tokens).to_list()]
    assert cut == [[" ab", "ab ", " ab ", " c "], [], [" 日本", "日本語", "本語 ", " 日本語", "日本語 ", " 日本語 "]]
