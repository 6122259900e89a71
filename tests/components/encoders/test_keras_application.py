from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.encoders.build import build_image_encoder
from components.encoders.image_encoder import ImageEncoder
from components.encoders.registry import ENCODERS
from components.errors import InputError

APPLICATIONS = {name: entry for name, entry in ENCODERS.items() if "application" in entry.fixed}


@pytest.mark.parametrize("name", APPLICATIONS)
def test_pixels_are_those_of_keras_own_preprocessing(name, draw):
    fixed = APPLICATIONS[name].fixed
    constructor = getattr(keras.applications, fixed["application"])
    module = getattr(keras.applications, constructor.__module__.rpartition(".")[2])
    inputs = keras.Input((32, 32, 3))
    untouched = keras.Model(inputs, keras.layers.Identity()(inputs))
    encoder = ImageEncoder(name, untouched, 32, fixed["preprocessing"], "avg", "")
    contents = draw(5, width=32, height=32)
    pixels = tf.io.decode_png(contents, channels=3).numpy().astype("float32")
    wanted = module.preprocess_input(pixels.copy()[None])
    np.testing.assert_allclose(encoder.preprocess(tf.constant([contents])), wanted, atol=1e-5)


@pytest.mark.parametrize(("name", "width"), [("mobilenet_v2", 1280), ("resnet50", 2048)])
def test_backbones_give_vectors_of_their_width(name, width, draw):
    vectors = build_image_encoder({"encoder": name, "weights": "random", "size": 32})(tf.constant([draw(1), draw(2)]))
    assert vectors.shape == (2, width) and np.isfinite(vectors).all() and np.std(vectors) > 0


def test_efficientnet_b0_takes_no_file_since_keras_scales_otherwise_then():
    scaled = [type(layer) for layer in keras.applications.EfficientNetB0(include_top=False, weights=None).layers]
    assert scaled.count(keras.layers.Rescaling) == 1
    with pytest.raises(InputError, match="weights must be 'imagenet' or 'random'"):
        build_image_encoder({"encoder": "efficientnet_b0", "weights": "b0.weights.h5"})
