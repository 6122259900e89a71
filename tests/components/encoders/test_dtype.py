from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.encoders.build import build_image_encoder, encoder_fingerprint
from components.encoders.dtype import settled_dtype
from components.errors import InputError

SMALL = {"encoder": "vgg16", "weights": "random", "size": 32}
LOW = {**SMALL, "dtype": "bfloat16"}


@pytest.fixture(scope="module")
def low():
    return build_image_encoder(LOW)


@pytest.fixture(scope="module")
def batch(draw) -> tf.Tensor:
    return tf.constant([draw(seed) for seed in range(8)])


def test_bfloat16_computes_coarsely_on_the_same_weights_and_gives_float32(low, batch):
    exact = build_image_encoder(SMALL)
    vectors, wanted = low(batch), exact(batch)
    assert vectors.dtype == tf.float32 and vectors.shape == wanted.shape
    apart = np.linalg.norm(vectors - wanted, axis=1) / np.linalg.norm(wanted, axis=1)
    assert (apart > 1e-5).all() and (apart < 0.02).all()
    for one, other in zip(low.backbone.weights, exact.backbone.weights, strict=True):
        assert one.dtype == "float32" and np.array_equal(one, other)


def test_the_dtype_is_part_of_the_fingerprint_and_float32_is_its_default(low):
    assert low.fingerprint == encoder_fingerprint(LOW) != encoder_fingerprint(SMALL)
    assert encoder_fingerprint({**SMALL, "dtype": "float32"}) == encoder_fingerprint(SMALL)


def test_a_saved_bfloat16_encoder_gives_the_same_vectors(low, batch, tmp_path):
    module = tf.Module()
    module.encoder = low
    serve = tf.function(low, input_signature=[tf.TensorSpec([None], tf.string)])
    tf.saved_model.save(module, str(tmp_path), signatures=serve)
    served = tf.saved_model.load(str(tmp_path)).signatures["serving_default"](batch)["output_0"]
    np.testing.assert_array_equal(served, low(batch))


def test_proving_leaves_an_encoder_that_is_near_enough_as_it_was(batch):
    encoder, untouched = build_image_encoder(LOW), build_image_encoder(LOW)
    encoder.prove(batch)
    assert encoder.dtype == "bfloat16"
    np.testing.assert_array_equal(encoder(batch), untouched(batch))


def test_a_backbone_that_bfloat16_ruins_is_refused_and_float32_is_not(batch, tmp_path):
    inputs = keras.Input((32, 32, 3))
    far = keras.layers.Rescaling(1.0, offset=1e5)(inputs)
    keras.Model(inputs, keras.layers.Rescaling(1.0, offset=-1e5)(far)).save(tmp_path / "far.keras")
    spec = {"encoder": "keras_file", "weights": str(tmp_path / "far.keras"), "size": 32, "preprocessing": "none"}
    build_image_encoder(spec).prove(batch)
    with pytest.raises(InputError, match=r"vectors in bfloat16 must lie within 0\.1 .* Set dtype to float32"):
        build_image_encoder({**spec, "dtype": "bfloat16"}).prove(batch)


@pytest.mark.parametrize(
    ("encoder", "wanted", "cpu", "settled"),
    [
        ("vgg16", "auto", {"avx512f", "avx512_bf16"}, "bfloat16"),
        ("vgg16", "auto", {"amx_bf16"}, "bfloat16"),
        ("vgg16", "auto", {"avx512f"}, "float32"),
        ("mobilenet", "auto", {"avx512_bf16"}, "float32"),
        ("keras_file", "auto", {"avx512_bf16"}, "float32"),
        ("unknown", "auto", {"avx512_bf16"}, "float32"),
        ("mobilenet", "bfloat16", set(), "bfloat16"),
        ("vgg16", "float32", {"avx512_bf16"}, "float32"),
    ],
)
def test_auto_is_bfloat16_where_the_encoder_gains_and_the_cpu_has_it(encoder, wanted, cpu, settled):
    assert settled_dtype(encoder, wanted, frozenset(cpu)) == settled
