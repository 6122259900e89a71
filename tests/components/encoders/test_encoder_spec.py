from __future__ import annotations

import pytest

from components.encoders.registry import ENCODERS
from components.encoders.spec import resolve_spec
from components.errors import InputError


def test_defaults_are_filled_in():
    assert resolve_spec({"encoder": "efficientnet_lite0"}) == {
        "encoder": "efficientnet_lite0",
        "weights": "package",
        "size": 224,
        "pooling": "avg",
        "seed": 0,
        "dtype": "float32",
        "preprocessing": "torch",
    }


def test_a_key_that_is_none_counts_as_not_given():
    assert resolve_spec({"encoder": "vgg16", "size": None, "preprocessing": None})["size"] == 224


def test_text_encoder_none_needs_nothing_else():
    assert resolve_spec({"encoder": "none", "weights": "package", "max_tokens": 128}, "text") == {"encoder": "none"}


NEEDED = {
    "keras_file": {"weights": "own.keras", "preprocessing": "tf"},
    "keras_hub_image": {"weights": "resnet_18_imagenet"},
    "keras_hub_text": {"weights": "hf://someone/bert"},
    "given": {"width": 512},
}


@pytest.mark.parametrize("name", ENCODERS)
def test_a_resolved_spec_resolves_to_itself(name):
    resolved = resolve_spec({"encoder": name, **NEEDED.get(name, {})})
    assert resolve_spec(resolved) == resolved


@pytest.mark.parametrize(
    ("spec", "kind", "said"),
    [
        ({"encoder": "vgg61"}, "image", "Did you mean 'vgg16'?"),
        ({}, "image", "Received: None"),
        ({"encoder": "none"}, "image", "must be one of vgg16"),
        ({"encoder": "minilm"}, "image", "must be one of vgg16"),
        ({"encoder": "vgg16"}, "text", "must be one of minilm, keras_hub_text, given, none"),
        ({"encoder": "vgg16", "poling": "avg"}, "image", "Did you mean 'pooling'?"),
        ({"encoder": "vgg16", "max_tokens": 9}, "image", "Received: key 'max_tokens'"),
        ({"encoder": "vgg16", "pooling": "max"}, "image", "one of avg, avg_max, flatten. Received: 'max'"),
        ({"encoder": "vgg16", "size": 31}, "image", "from 32 to 1024. Received: 31"),
        ({"encoder": "vgg16", "size": True}, "image", "Received: True"),
        ({"encoder": "vgg16", "size": "224"}, "image", "Received: '224'"),
        ({"encoder": "vgg16", "dtype": "auto"}, "image", "one of float32, bfloat16. Received: 'auto'"),
        ({"encoder": "minilm", "dtype": "float32"}, "text", "Received: key 'dtype'"),
        ({"encoder": "vgg16", "seed": -1}, "image", "Received: -1"),
        ({"encoder": "vgg16", "pooling": ["avg"]}, "image", "Received: ['avg']"),
        ({"encoder": ["vgg16"]}, "image", "Received: ['vgg16']"),
        ({"encoder": "vgg16", "weights": "imagnet"}, "image", "Did you mean 'imagenet'?"),
        ({"encoder": "vgg16", "weights": "package"}, "image", "must be 'imagenet' or 'random' or a path that ends in"),
        ({"encoder": "vgg16", "weights": 7}, "image", "Received: 7"),
        ({"encoder": "vgg16", "preprocessing": "tf"}, "image", "preprocessing is 'caffe'. Received: 'tf'"),
        ({"encoder": "keras_file"}, "image", "weights must be a path that ends in .keras. Received: None"),
        (
            {"encoder": "keras_file", "weights": "b.keras"},
            "image",
            "as the backbone was trained with. Received: nothing",
        ),
        ({"encoder": "efficientnet_b0", "weights": "b0.keras"}, "image", "is read by encoder: keras_file"),
        ({"encoder": "keras_hub_image"}, "image", "a keras-hub preset (its name, its handle as hf://…, or its folder)"),
        ({"encoder": "keras_hub_text", "weights": "package"}, "text", "Received: 'package'"),
        ({"encoder": "keras_hub_text", "weights": "p", "pooling": "avg"}, "text", "one of mean, mean_l2, cls"),
        ({"encoder": "given"}, "text", "width must be a whole number from 1 to 16384. Received: nothing"),
        ({"encoder": "given", "width": 512, "weights": "package"}, "text", "weights must be 'none'"),
        ({"encoder": "given", "width": 512, "max_tokens": 9}, "text", "Did you mean"),
        ({"encoder": "minilm", "max_tokens": 2}, "text", "from 3 to 512. Received: 2"),
        ({"encoder": "minilm", "max_tokens": 513}, "text", "from 3 to 512. Received: 513"),
    ],
)
def test_a_wrong_spec_is_refused_with_the_rule_and_what_was_received(spec, kind, said):
    with pytest.raises(InputError) as refusal:
        resolve_spec(spec, kind)
    assert said in str(refusal.value)
