from __future__ import annotations

import importlib.metadata
import json
import shutil
from pathlib import Path

import keras_hub
import numpy as np
import pytest
import tensorflow as tf

from components.encoders.build import build_image_encoder, build_text_encoder, encoder_fingerprint
from components.errors import InputError

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "when", "you", "ship", "##ped", "it", "cat", "##s", "the"]
TEXTS = ["When you shipped it", "", "the cats", "cats " * 40, "😂"]
OFFLINE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def bert(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bert")
    keras_hub.models.BertBackbone(len(VOCABULARY), 2, 2, 8, 16, max_sequence_length=24).save_to_preset(folder)
    keras_hub.models.BertTokenizer(VOCABULARY, lowercase=True).save_to_preset(folder)
    return folder


@pytest.fixture(scope="module")
def roberta(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("roberta")
    words = ["<s>", "<pad>", "</s>", "<mask>", "c", "a", "t", "s", "ca", "cat", "Ġ", "Ġcat", "Ġca"]
    tokenizer = keras_hub.models.RobertaTokenizer(dict(zip(words, range(13), strict=True)), ["c a", "ca t", "Ġ cat"])
    keras_hub.models.RobertaBackbone(13, 1, 2, 8, 16, max_sequence_length=24).save_to_preset(folder)
    tokenizer.save_to_preset(folder)
    return folder


@pytest.fixture(scope="module")
def vgg(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("vgg")
    keras_hub.models.VGGBackbone([1, 1], [4, 8]).save_to_preset(folder)
    scale, offset = [1 / 255, 2 / 255, 3 / 255], [0.0, 0.5, 1.0]
    keras_hub.layers.VGGImageConverter(image_size=(64, 64), scale=scale, offset=offset).save_to_preset(folder)
    return folder


def text_spec(folder: Path, **values) -> dict:
    return {"encoder": "keras_hub_text", "weights": str(folder), "max_tokens": 16, **values}


def image_spec(folder: Path, **values) -> dict:
    return {"encoder": "keras_hub_image", "weights": str(folder), "size": 32, **values}


def served(encoder, inputs: tf.Tensor, folder: Path) -> np.ndarray:
    module = tf.Module()
    module.encoder = encoder

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def serve(inputs):
        return {"vector": encoder(inputs)}

    tf.saved_model.save(module, str(folder), signatures=serve)
    return tf.saved_model.load(str(folder)).signatures["serving_default"](inputs)["vector"].numpy()


@pytest.mark.parametrize("preset", ["bert", "roberta"])
def test_tokens_are_those_of_the_presets_own_preprocessor(request, preset):
    folder = request.getfixturevalue(preset)
    encoder = build_text_encoder(text_spec(folder))
    texts = ["cats cat", "", "cat " * 30]
    wanted = keras_hub.models.TextClassifierPreprocessor.from_preset(str(folder), sequence_length=16)(texts)
    tokens = encoder.preprocess(tf.constant(texts))
    np.testing.assert_array_equal(tokens["token_ids"], wanted["token_ids"])
    np.testing.assert_array_equal(tokens["padding_mask"], wanted["padding_mask"])


@pytest.mark.parametrize("preset", ["bert", "roberta"])
def test_a_text_has_one_vector_alone_in_a_batch_and_served(request, preset, tmp_path):
    encoder = build_text_encoder(text_spec(request.getfixturevalue(preset)))
    vectors = encoder(tf.constant(TEXTS)).numpy()
    assert vectors.shape == (5, encoder.width) == (5, 8) and np.isfinite(vectors).all()
    alone = np.concatenate([encoder(tf.constant([text])).numpy() for text in TEXTS])
    np.testing.assert_allclose(vectors, alone, atol=1e-5)
    np.testing.assert_allclose(served(encoder, tf.constant(TEXTS), tmp_path), vectors, atol=1e-5)
    assert encoder(tf.constant([], tf.string)).shape == (0, 8)
    assert not encoder.trains


def test_text_poolings_are_the_mean_its_direction_and_the_first_token(bert):
    mean, unit, first = (
        build_text_encoder(text_spec(bert, pooling=pooling))(tf.constant(TEXTS)).numpy()
        for pooling in ("mean", "mean_l2", "cls")
    )
    preset = str(bert)
    features = keras_hub.models.TextClassifierPreprocessor.from_preset(preset, sequence_length=16)(TEXTS)
    tokens = keras_hub.models.Backbone.from_preset(preset)(features)["sequence_output"].numpy()
    lengths = np.asarray(features["padding_mask"]).sum(axis=1)
    wanted = [row[:length].mean(axis=0) for row, length in zip(tokens, lengths, strict=True)]
    np.testing.assert_allclose(mean, wanted, atol=1e-5)
    np.testing.assert_allclose(unit, mean / np.linalg.norm(mean, axis=1, keepdims=True), atol=1e-5)
    np.testing.assert_allclose(first, tokens[:, 0], atol=1e-5)


def test_pictures_go_through_the_presets_own_converter(vgg, draw, tmp_path):
    encoder = build_image_encoder(image_spec(vgg, pooling="avg_max"))
    contents = [draw(1, width=50, height=40), draw(2, width=32, height=32)]
    pixels = tf.io.decode_png(contents[1]).numpy().astype("float32")
    wanted = pixels * [1 / 255, 2 / 255, 3 / 255] + [0.0, 0.5, 1.0]
    np.testing.assert_allclose(encoder.preprocess(tf.constant(contents))[1], wanted, atol=1e-4)
    vectors = encoder(tf.constant(contents)).numpy()
    maps = keras_hub.models.Backbone.from_preset(str(vgg))(wanted[None].astype("float32")).numpy()[0]
    np.testing.assert_allclose(vectors[1], [*maps.mean((0, 1)), *maps.max((0, 1))], atol=1e-4)
    np.testing.assert_allclose(served(encoder, tf.constant(contents), tmp_path), vectors, atol=1e-5)
    assert not encoder(tf.constant([b""])).numpy().any()


def test_a_vision_transformer_gives_patches(tmp_path, draw):
    options = {"num_layers": 1, "num_heads": 2, "hidden_dim": 8, "mlp_dim": 16}
    keras_hub.models.ViTBackbone((32, 32, 3), (16, 16), **options).save_to_preset(tmp_path)
    keras_hub.layers.ViTImageConverter(image_size=(32, 32), scale=1 / 255).save_to_preset(tmp_path)
    encoder = build_image_encoder(image_spec(tmp_path))
    assert encoder(tf.constant([draw(1), draw(2)])).shape == (2, 8)
    coarse = build_image_encoder(image_spec(tmp_path, dtype="bfloat16"))
    coarse.prove(tf.constant([draw(1), draw(2)]))
    np.testing.assert_allclose(coarse(tf.constant([draw(1)])), encoder(tf.constant([draw(1)])), atol=0.1)
    with pytest.raises(InputError, match=r"takes pictures of \(32, 32, 3\)"):
        build_image_encoder(image_spec(tmp_path, size=64))


def test_the_fingerprint_of_a_folder_is_that_of_its_files(bert, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(bert, copy)
    (copy / "metadata.json").write_text(json.dumps({"date_saved": "another day"}))
    fingerprint = encoder_fingerprint(text_spec(bert))
    assert build_text_encoder(text_spec(bert)).fingerprint == fingerprint == encoder_fingerprint(text_spec(copy))
    (copy / "assets" / "tokenizer" / "vocabulary.txt").write_text("\n".join([*VOCABULARY[:-1], "a"]))
    assert encoder_fingerprint(text_spec(copy)) != fingerprint
    assert encoder_fingerprint(text_spec(bert, pooling="cls")) != fingerprint


def test_a_named_preset_counts_with_keras_hubs_version(monkeypatch):
    spec = {"encoder": "keras_hub_text", "weights": "bert_tiny_en_uncased"}
    before = encoder_fingerprint(spec)
    assert before != encoder_fingerprint({**spec, "weights": "bert_small_en_uncased"})
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "another")
    assert encoder_fingerprint(spec) != before


@pytest.mark.parametrize("name", ["bert_tiny_en_uncased", "kaggle://keras/bert/keras/bert_tiny_en_uncased/2"])
def test_a_preset_that_cannot_be_downloaded_names_the_ways_out(monkeypatch, name):
    for variable in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, OFFLINE)
    with pytest.raises(InputError) as refusal:
        build_text_encoder({"encoder": "keras_hub_text", "weights": name})
    said = str(refusal.value)
    assert "is downloaded on first use" in said and name in said and "download the preset elsewhere" in said


def test_a_name_that_keras_hub_does_not_know_is_refused():
    with pytest.raises(InputError, match="Unknown preset identifier"):
        build_text_encoder({"encoder": "keras_hub_text", "weights": "bert_of_nobody"})


def test_a_preset_of_the_other_kind_or_half_a_preset_is_refused(bert, vgg, tmp_path):
    with pytest.raises(InputError, match="must hold a whole keras-hub preset of this kind"):
        build_text_encoder(text_spec(vgg))
    with pytest.raises(InputError, match="must hold a whole keras-hub preset of this kind"):
        build_image_encoder(image_spec(bert))
    with pytest.raises(InputError, match="no file .*config.json"):
        build_image_encoder(image_spec(tmp_path))
    with pytest.raises(InputError, match="reads at most 24 tokens. Received: max_tokens 64"):
        build_text_encoder(text_spec(bert, max_tokens=64))


def test_a_preset_with_a_lambda_or_a_class_from_elsewhere_is_refused_and_not_run(bert, tmp_path):
    trace = tmp_path / "ran"
    copy = tmp_path / "copy"
    for config in (
        {"module": "keras.layers", "class_name": "Lambda", "config": {"function": f"open({str(trace)!r}, 'w')"}},
        {"module": "subprocess", "class_name": "Popen", "config": {"args": ["touch", str(trace)]}},
    ):
        for file in ("config.json", "tokenizer.json"):
            shutil.copytree(bert, copy, dirs_exist_ok=True)
            (copy / file).write_text(json.dumps({**config, "registered_name": config["class_name"]}))
            with pytest.raises(InputError, match="without lambdas or custom classes"):
                build_text_encoder(text_spec(copy))
    assert not trace.exists()
