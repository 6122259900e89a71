"""FrozenFeatures' own `Do`, with real artifacts and the in-memory runner."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components import keys
from components.errors import FusegateError
from components.frozen_features.encode import BUFFER_BYTES, BUFFER_EXAMPLES, AddVectors, buffer_cost
from components.frozen_features.schema import extend_schema
from tests.components.frozen_features.world import GIVEN, IMAGE, SCHEMA, example, picture, read, run


def test_given_vectors_pass_through_with_their_fingerprint_and_each_picture_is_encoded_once(tmp_path: Path) -> None:
    vectors = [[number / 2, -1.0] for number in range(9)]
    pairs = [example(number, picture(number % 4), vector) for number, vector in enumerate(vectors)]
    examples, schema = run(tmp_path, dict.fromkeys(keys.SPLITS, pairs), text=GIVEN)
    for split in keys.SPLITS:
        features = {each[keys.ID].bytes_list.value[0]: each for each in read(examples, split)}
        assert [list(features[str(n).encode()][keys.TEXT_VECTOR].float_list.value) for n in range(9)] == vectors
        marks = {(each[keys.TEXT_FINGERPRINT].bytes_list.value[0], keys.IMAGE in each) for each in features.values()}
        assert marks == {(b"given-2", split == keys.TEST)}
        same, other = (features[name][keys.IMAGE_VECTOR].float_list.value for name in (b"4", b"5"))
        assert list(same) == list(features[b"0"][keys.IMAGE_VECTOR].float_list.value) != list(other)
    assert examples.get_int_custom_property("image_forwards") == 4
    widths = {feature.name: feature.shape.dim[0].size for feature in schema.feature if feature.shape.dim}
    assert (widths[keys.IMAGE_VECTOR], widths[keys.TEXT_VECTOR]) == (512, 2)


def test_a_given_vector_of_another_width_stops_the_run(tmp_path: Path) -> None:
    from apache_beam.utils.shared import Shared

    add = AddVectors(IMAGE, GIVEN, Shared(), keep_image=False)
    add.setup()
    with pytest.raises(FusegateError, match="text_vector must have 2 numbers, as given has them. Received: 3"):
        list(add.process([example(0, picture(0), [1.0, 2.0, 3.0])]))


def test_a_buffer_is_bounded_by_bytes_and_by_examples() -> None:
    assert buffer_cost(b"small") * BUFFER_EXAMPLES == BUFFER_BYTES
    assert buffer_cost(bytes(1 << 20)) == 1 << 20


def test_schema_gains_the_vectors_and_the_picture_becomes_optional() -> None:
    schema = text_format.Parse(SCHEMA.read_text(), schema_pb2.Schema())
    extended = {feature.name: feature for feature in extend_schema(schema, 512, 384).feature}
    assert not extended[keys.IMAGE].HasField("presence")
    assert extended[keys.IMAGE_VECTOR].shape.dim[0].size == 512
    assert extended[keys.TEXT_VECTOR].shape.dim[0].size == 384
    assert {f.name: f for f in schema.feature}[keys.IMAGE].HasField("presence")
    assert keys.TEXT_VECTOR not in {feature.name for feature in extend_schema(schema, 512, None).feature}
