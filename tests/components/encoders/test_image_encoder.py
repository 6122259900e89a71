from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.encoders.build import build_image_encoder, encoder_fingerprint
from components.errors import InputError
from components.pairs.limits import PairLimits

SMALL = {"encoder": "vgg16", "weights": "random", "size": 32}


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.fixture(scope="module")
def small():
    return build_image_encoder(SMALL)


@pytest.fixture(scope="module")
def batch(draw) -> list[bytes]:
    return [draw(seed) for seed in range(32)]


def saved_backbone(path, outputs) -> str:
    inputs = keras.Input((32, 32, 3))
    keras.Model(inputs, outputs(inputs)).save(path)
    return str(path)


def test_a_picture_becomes_one_vector_of_the_encoders_width(small, batch):
    vectors = small(tf.constant(batch))
    assert vectors.shape == (32, small.width) and vectors.dtype == tf.float32
    assert np.linalg.matrix_rank(vectors.numpy()) > 16
    assert (small.name, small.kind, small.trains) == ("vgg16", "image", False)
    assert small.fingerprint == encoder_fingerprint(SMALL)


def test_both_formats_give_nearly_the_same_vector(small, draw):
    png, jpeg = small(tf.constant([draw(3, fmt=fmt) for fmt in ("PNG", "JPEG")])).numpy()
    assert cosine(png, jpeg) > 0.98


def test_what_cannot_be_seen_is_told_and_changes_no_neighbour(small, batch, draw):
    others = [b"no picture", b"", draw(3, fmt="GIF"), draw(3, fmt="BMP"), draw(3, fmt="JPEG")[:200]]
    vectors, seen = small.see(tf.constant([batch[0], *others, batch[1]]), PairLimits())
    blank, _ = small.see(tf.constant([batch[0], *([b""] * len(others)), batch[1]]), PairLimits())
    assert seen.numpy().tolist() == [True, *([False] * len(others)), True]
    assert np.array_equal(vectors, blank) and not vectors.numpy()[1:-1].any()


def test_only_distinct_pictures_that_can_be_seen_reach_the_backbone(tmp_path, batch):
    def size_of_the_batch(inputs):
        return 0 * inputs + keras.ops.sum(keras.ops.ones_like(inputs), axis=0, keepdims=True)

    file = saved_backbone(tmp_path / "counts.keras", size_of_the_batch)
    spec = {"encoder": "keras_file", "weights": file, "size": 32, "preprocessing": "none", "pooling": "avg"}
    encoder = build_image_encoder(spec)
    vectors, _ = encoder.see(tf.constant([batch[0], b"", b"no picture", batch[1], b"", batch[0]]), PairLimits())
    assert vectors.numpy()[:, 0].tolist() == [2, 0, 0, 2, 0, 2]
    assert encoder(tf.constant(batch)).numpy()[0, 0] == len(batch)


def test_batch_without_any_picture_is_answered(small):
    vectors, seen = small.see(tf.constant([b"no picture", b""]))
    assert not vectors.numpy().any() and not seen.numpy().any()


def test_an_empty_string_gives_zeros_and_leaves_its_neighbours_alone(small, batch):
    vectors = small(tf.constant([batch[0], b"", batch[1]])).numpy()
    assert not vectors[1].any()
    np.testing.assert_allclose(vectors[[0, 2]], small(tf.constant(batch[:2])), atol=1e-5)


def test_bytes_that_are_no_picture_fail_the_batch(small, batch):
    with pytest.raises(tf.errors.InvalidArgumentError, match="every picture must be a whole JPEG or PNG"):
        small(tf.constant([batch[0], b"", b"no picture"]))


def test_a_batch_of_one_equals_a_batch_of_32(small, batch):
    alone = np.concatenate([small(tf.constant([contents])).numpy() for contents in batch])
    np.testing.assert_allclose(alone, small(tf.constant(batch)), atol=1e-5)


def test_a_saved_model_gives_the_same_vectors(small, batch, tmp_path):
    module = tf.Module()
    module.encoder = small

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def serve(inputs):
        return {"vector": small(inputs)}

    tf.saved_model.save(module, str(tmp_path), signatures=serve)
    served = tf.saved_model.load(str(tmp_path)).signatures["serving_default"](tf.constant(batch))["vector"]
    np.testing.assert_allclose(served, small(tf.constant(batch)), atol=1e-5)


def test_poolings_have_their_widths_and_values(small, batch):
    both = build_image_encoder({**SMALL, "pooling": "avg_max"})
    flat = build_image_encoder({**SMALL, "pooling": "flatten", "size": 64})
    assert (both.width, flat.width) == (2 * small.width, 2 * 2 * small.width)
    vectors = both(tf.constant(batch)).numpy()
    np.testing.assert_allclose(vectors[:, : small.width], small(tf.constant(batch)), atol=1e-5)
    maps = flat(tf.constant(batch)).numpy().reshape(32, 2, 2, small.width)
    np.testing.assert_allclose(
        maps.mean(axis=(1, 2)), build_image_encoder({**SMALL, "size": 64})(tf.constant(batch)), atol=1e-5
    )


def test_vgg16_gets_blue_green_red_less_the_means_of_imagenet(small, draw):
    pixels = tf.image.decode_png(draw(0, width=32, height=32)).numpy().astype("float32")
    wanted = pixels[..., ::-1] - np.array([103.939, 116.779, 123.68], "float32")
    contents = tf.constant([draw(0, width=32, height=32)])
    np.testing.assert_allclose(small.preprocess(contents)[0], wanted, atol=1e-3)


def test_a_seed_gives_its_weights_again_and_leaves_global_generators_alone(small, batch):
    keras.utils.set_random_seed(11)
    expected = np.random.random(), float(tf.random.uniform([]))
    keras.utils.set_random_seed(11)
    again, other = build_image_encoder(SMALL), build_image_encoder({**SMALL, "seed": 1})
    assert (np.random.random(), float(tf.random.uniform([]))) == expected
    vectors = small(tf.constant(batch)).numpy()
    assert np.array_equal(again(tf.constant(batch)), vectors)
    assert not np.allclose(other(tf.constant(batch)), vectors)


@pytest.mark.parametrize("ending", [".weights.h5", ".keras", ".h5"])
def test_weights_come_from_each_kind_of_file(small, batch, tmp_path, ending):
    file = tmp_path / f"small{ending}"
    small.backbone.save_weights(file) if ending == ".weights.h5" else small.backbone.save(file)
    loaded = build_image_encoder({**SMALL, "weights": str(file)})
    assert np.array_equal(loaded(tf.constant(batch)), small(tf.constant(batch)))


def test_weights_of_another_backbone_are_refused(small, tmp_path):
    file = tmp_path / "small.weights.h5"
    small.backbone.save_weights(file)
    with pytest.raises(InputError, match="mobilenet_v3_small: the weights file must hold this backbone's weights"):
        build_image_encoder({"encoder": "mobilenet_v3_small", "weights": str(file), "size": 32})


def test_a_backbone_of_ones_own_is_read_with_maps_or_with_vectors(draw, tmp_path):
    maps = saved_backbone(tmp_path / "maps.keras", lambda inputs: keras.layers.AveragePooling2D(16)(inputs))
    vectors = saved_backbone(tmp_path / "vectors.keras", lambda inputs: keras.layers.GlobalAveragePooling2D()(inputs))
    spec = {"encoder": "keras_file", "size": 32, "preprocessing": "none"}
    one = build_image_encoder({**spec, "weights": maps, "pooling": "avg"})
    other = build_image_encoder({**spec, "weights": vectors, "pooling": "flatten"})
    contents = tf.constant([draw(1, width=32, height=32)])
    mean = tf.image.decode_png(contents[0]).numpy().mean(axis=(0, 1))
    np.testing.assert_allclose(one(contents)[0], mean, rtol=1e-5)
    np.testing.assert_allclose(other(contents)[0], mean, rtol=1e-5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"size": 64}, r"takes pictures of \(32, 32, 3\)"),
        ({"pooling": "avg"}, "with pooling: avg"),
    ],
)
def test_a_backbone_that_does_not_fit_the_spec_is_refused(tmp_path, change, said):
    file = saved_backbone(tmp_path / "own.keras", lambda inputs: keras.layers.GlobalAveragePooling2D()(inputs))
    spec = {"encoder": "keras_file", "weights": file, "size": 32, "preprocessing": "tf", "pooling": "flatten"}
    with pytest.raises(InputError, match=said):
        build_image_encoder({**spec, **change})


def test_a_keras_file_with_a_lambda_is_refused_and_not_run(tmp_path):
    trace = tmp_path / "ran"
    command = f"touch {trace}"
    code = eval(f"lambda maps: (maps, __import__('os').system({command!r}))[0]")
    outputs = keras.layers.Lambda(code, output_shape=(32, 32, 3))
    file = saved_backbone(tmp_path / "own.keras", outputs)
    trace.unlink(missing_ok=True)
    with pytest.raises(InputError, match="without lambdas or custom classes"):
        build_image_encoder({"encoder": "keras_file", "weights": file, "size": 32, "preprocessing": "tf"})
    assert not trace.exists()


@pytest.mark.parametrize(("name", "width"), [("mobilenet_v3_small", 576), ("efficientnet_v2_b0", 1280)])
def test_backbones_that_scale_by_themselves_get_0_to_255(batch, name, width):
    encoder = build_image_encoder({"encoder": name, "weights": "random", "size": 32})
    assert encoder.preprocess(tf.constant(batch)).numpy().max() > 200
    vectors = encoder(tf.constant(batch)).numpy()
    assert vectors.shape == (32, width) and np.isfinite(vectors).all() and vectors.std() > 0


def test_imagenet_weights_that_cannot_be_downloaded_name_the_ways_out(monkeypatch):
    def offline(**_):
        raise Exception("URL fetch failure on vgg16_notop.h5: None -- Name or service not known")

    monkeypatch.setattr(keras.applications, "VGG16", offline)
    with pytest.raises(InputError) as refusal:
        build_image_encoder({**SMALL, "weights": "imagenet"})
    said = str(refusal.value)
    assert "weights: imagenet are downloaded" in said and "Received: Exception: URL fetch failure" in said
    assert "set weights to the path of a .weights.h5" in said
