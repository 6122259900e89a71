from __future__ import annotations

import shutil

import numpy as np
import pytest
import tensorflow as tf

from components.encoders.build import build_text_encoder, encoder_fingerprint
from components.encoders.weights import weight_files
from components.errors import InputError

MINILM = {"encoder": "minilm", "weights": "package", "max_tokens": 32}
CLS, SEP = 101, 102
TEXTS = ["When you finally ship it…", "", "me on monday 😂", "日本語", "a cat that looks at a cucumber " * 20]


@pytest.fixture(scope="module")
def minilm():
    return build_text_encoder(MINILM)


def test_vectors_are_those_of_the_reference_network(minilm):
    vectors = minilm(tf.constant(["When you finally ship it…", ""])).numpy()
    # Computed outside Keras, with the exact GELU: keras-hub's is the tanh approximation, hence the tolerance.
    np.testing.assert_allclose(vectors[0, :4], [-0.03505, 0.02154, -0.00331, 0.03412], atol=4e-4)
    np.testing.assert_allclose(vectors[1, -4:], [0.15875, 0.12641, 0.04655, -0.01572], atol=4e-4)


def test_a_text_becomes_one_vector_of_length_1(minilm):
    vectors = minilm(tf.constant(TEXTS))
    assert vectors.shape == (5, 384) and vectors.dtype == tf.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (minilm.name, minilm.kind, minilm.width, minilm.trains) == ("minilm", "text", 384, False)
    assert minilm.fingerprint == encoder_fingerprint(MINILM)


def test_texts_of_like_meaning_lie_closer(minilm):
    cat, kitten, invoice = minilm(
        tf.constant(["my cat sleeps", "a kitten is napping", "the invoice is overdue"])
    ).numpy()
    assert cat @ kitten > cat @ invoice + 0.2


def test_a_long_text_is_cut_to_max_tokens(minilm):
    ids = minilm.preprocess(tf.constant(["cat " * 100, "cat"])).numpy()
    assert ids.shape == (2, 32) and ids[0, -1] == SEP
    assert ids[1, :4].tolist() == [CLS, 4937, SEP, 0]


def test_padding_to_the_batch_does_not_change_a_vector(minilm):
    alone = np.concatenate([minilm(tf.constant([text])).numpy() for text in TEXTS])
    np.testing.assert_allclose(minilm(tf.constant(TEXTS)), alone, atol=1e-5)


def test_bytes_that_are_no_utf8_are_left_out(minilm):
    vectors = minilm(tf.constant([b"caf\xff\xfe ok", b"caf ok"])).numpy()
    np.testing.assert_array_equal(vectors[0], vectors[1])


def test_an_empty_batch_gives_no_vectors(minilm):
    assert minilm(tf.constant([], tf.string)).shape == (0, 384)


def test_a_saved_model_gives_the_same_vectors(minilm, tmp_path):
    module = tf.Module()
    module.encoder = minilm

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def serve(inputs):
        return {"vector": minilm(inputs)}

    tf.saved_model.save(module, str(tmp_path), signatures=serve)
    served = tf.saved_model.load(str(tmp_path)).signatures["serving_default"](tf.constant(TEXTS))["vector"]
    np.testing.assert_allclose(served, minilm(tf.constant(TEXTS)), atol=1e-5)


def test_none_builds_no_encoder():
    assert build_text_encoder({"encoder": "none"}) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [("vocab.txt", b"only\nwords\n"), ("model.safetensors", b"\x00" * 64), ("config.json", b'{"model_type": "bert"}')],
)
def test_a_folder_that_holds_no_bert_is_refused(tmp_path, name, content):
    for file in weight_files(MINILM):
        shutil.copy(file, tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="must be a Hugging Face folder of a BERT"):
        build_text_encoder({"encoder": "minilm", "weights": str(tmp_path)})
