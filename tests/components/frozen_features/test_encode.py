from __future__ import annotations

import numpy as np
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components import keys
from components.encoders.build import build_image_encoder
from components.frozen_features.encode import OnceEncoder
from components.frozen_features.schema import extend_schema

SPEC = {"encoder": "vgg16", "weights": "random", "size": 32, "pooling": "avg", "seed": 1}


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (32, 32, 3)).astype("uint8")
    return tf.io.encode_png(pixels).numpy()


def test_each_distinct_picture_is_encoded_once() -> None:
    once = OnceEncoder(build_image_encoder(SPEC))
    first = once([picture(1), picture(2), picture(1)])
    second = once([picture(2), picture(3)])
    assert once.forwards == 3
    np.testing.assert_array_equal(first[0], first[2])
    np.testing.assert_array_equal(first[1], second[0])


def test_memory_is_bounded_and_a_forgotten_picture_is_encoded_again() -> None:
    once = OnceEncoder(build_image_encoder(SPEC), remembered_bytes=1)
    once([picture(1)])
    once([picture(2)])
    once([picture(1)])
    assert once.forwards == 3


def test_schema_gains_the_vectors_and_the_picture_becomes_optional() -> None:
    schema = text_format.Parse(
        'feature { name: "image" type: BYTES presence { min_fraction: 1 } shape { dim { size: 1 } } image_domain {} }',
        schema_pb2.Schema(),
    )
    extended = {feature.name: feature for feature in extend_schema(schema, 512, 384).feature}
    assert not extended[keys.IMAGE].HasField("presence")
    assert extended[keys.IMAGE_VECTOR].shape.dim[0].size == 512
    assert extended[keys.TEXT_VECTOR].shape.dim[0].size == 384
    assert schema.feature[0].HasField("presence")
