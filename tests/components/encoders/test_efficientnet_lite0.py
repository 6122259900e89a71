from __future__ import annotations

import hashlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.encoders.build import build_image_encoder
from components.encoders.efficientnet_lite0 import convert, efficientnet_lite0
from components.encoders.torch_weights import read_torch_weights
from components.encoders.weights import weight_files
from components.errors import InputError

LITE0 = {"encoder": "efficientnet_lite0", "weights": "package"}
MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


@pytest.fixture(scope="module")
def lite0():
    return build_image_encoder(LITE0)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    rows, columns = np.mgrid[0:224, 0:224]
    waves = 127.5 + 127.5 * np.sin(rows * columns / 400)
    return np.stack([rows * 255 / 223, columns * 255 / 223, waves], axis=-1)


def prepared(picture: np.ndarray) -> tf.Tensor:
    return tf.constant(((picture / 255 - MEAN) / DEVIATION)[np.newaxis].astype("float32"))


def test_vectors_are_those_of_another_conversion_of_the_same_weights(lite0, picture):
    vector = lite0.forward(prepared(picture)).numpy()[0]
    assert lite0.width == len(vector) == 1280
    np.testing.assert_allclose(
        vector[[0, 79, 113, 119, 196, 897, 949, 1210]],
        [3.3513, 3.5039, 4.1203, 3.7339, 3.5864, 4.4234, 3.1395, 3.3926],
        atol=1e-3,
    )
    assert np.linalg.norm(vector) == pytest.approx(21.6092, abs=1e-3)


def test_the_stem_is_a_convolution_padded_below_and_right_then_normalised_and_clipped(lite0, picture):
    weights = read_torch_weights(weight_files(LITE0)[0])
    stem = keras.Model(lite0.backbone.inputs, lite0.backbone.get_layer("bn0").output)
    maps = np.clip(stem(prepared(picture)).numpy()[0], 0, 6)
    padded = np.pad(prepared(picture).numpy()[0], ((0, 1), (0, 1), (0, 0)))
    for row, column in ((0, 0), (5, 60), (111, 111)):
        patch = padded[2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
        filtered = np.einsum("hwi,oihw->o", patch, weights["_conv_stem.weight"])
        scale = weights["_bn0.weight"] / np.sqrt(weights["_bn0.running_var"] + 1e-3)
        wanted = np.clip((filtered - weights["_bn0.running_mean"]) * scale + weights["_bn0.bias"], 0, 6)
        np.testing.assert_allclose(maps[row, column], wanted, atol=1e-4)


def test_pictures_are_scaled_and_normalised_as_the_weights_were_trained(lite0, draw):
    contents = draw(2, width=224, height=224)
    wanted = prepared(tf.image.decode_png(contents).numpy())
    np.testing.assert_allclose(lite0.preprocess(tf.constant([contents])), wanted, atol=1e-5)


def test_the_weights_of_another_network_are_refused(tmp_path, monkeypatch):
    layers = {"_conv_stem.weight": np.zeros((8, 3, 3, 3), "float32")}
    monkeypatch.setattr("components.encoders.efficientnet_lite0.read_torch_weights", lambda path: layers)
    with pytest.raises(InputError, match=r"_conv_stem.weight have the shapes \[\(3, 3, 3, 32\)\]"):
        convert(tmp_path / "other.pth")


def test_a_damaged_file_in_the_cache_is_made_anew(lite0, user_cache, picture):
    (kept,) = user_cache.glob("fusegate/backbones/*.keras")
    kept.write_bytes(kept.read_bytes()[:-1000])
    again = build_image_encoder(LITE0)
    assert np.array_equal(again.forward(prepared(picture)), lite0.forward(prepared(picture)))
    (remade,) = user_cache.glob("fusegate/backbones/*.keras")
    assert remade.stem.endswith(hashlib.sha256(remade.read_bytes()).hexdigest())


def test_a_cached_conversion_gives_the_vectors_of_a_fresh_one(lite0, picture):
    cached = build_image_encoder(LITE0)
    fresh = convert(weight_files(LITE0)[0])
    assert np.array_equal(cached.backbone(prepared(picture)), fresh(prepared(picture)))


def test_without_a_cache_that_can_be_written_the_weights_are_converted_each_time(tmp_path, monkeypatch, lite0, picture):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    again = build_image_encoder(LITE0)
    assert np.array_equal(again.forward(prepared(picture)), lite0.forward(prepared(picture)))


def test_random_weights_keep_the_signal_alive_through_all_blocks(picture):
    spec = {"encoder": "efficientnet_lite0", "weights": "random", "size": 64, "pooling": "avg_max"}
    encoder = build_image_encoder(spec)
    vector = encoder.forward(prepared(picture)[:, :64, :64]).numpy()[0]
    assert encoder.width == 2560 and 0.01 < vector.std() < 100


def test_each_block_adds_its_input_only_where_the_shape_stays():
    added = [layer.name for layer in efficientnet_lite0().layers if isinstance(layer, keras.layers.Add)]
    assert len(added) == 9
