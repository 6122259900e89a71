"""FrozenFeatures' own `Do`, with real artifacts and the in-memory runner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils, standard_artifacts

from components import keys
from components.beam_options import IN_MEMORY_RUNNER
from components.errors import FusegateError
from components.frozen_features.encode import BUFFER_BYTES, BUFFER_EXAMPLES, AddVectors, buffer_cost
from components.frozen_features.executor import Executor
from components.frozen_features.schema import extend_schema

IMAGE = {"encoder": "vgg16", "weights": "random", "size": 32, "pooling": "avg", "seed": 1}
GIVEN = {"encoder": "given", "width": 2}
SCHEMA = Path(__file__).parents[3] / "schema" / "schema.pbtxt"


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (32, 32, 3)).astype("uint8")
    return tf.io.encode_png(pixels).numpy()


def example(number: int, vector: list[float]) -> bytes:
    made = tf.train.Example()
    made.features.feature[keys.ID].bytes_list.value.append(str(number).encode())
    made.features.feature[keys.IMAGE].bytes_list.value.append(picture(number % 4))
    made.features.feature[keys.TEXT].bytes_list.value.append(f"text {number}".encode())
    made.features.feature[keys.TEXT_VECTOR].float_list.value.extend(vector)
    return made.SerializeToString()


def run(folder: Path, text: dict[str, Any], vectors: list[list[float]]) -> tuple[Any, schema_pb2.Schema]:
    """Run FrozenFeatures over one example for each vector, the same ones in each split."""
    artifacts = {
        name: kind()
        for name, kind in (
            ("examples", standard_artifacts.Examples),
            ("schema", standard_artifacts.Schema),
            ("featured_examples", standard_artifacts.Examples),
            ("featured_schema", standard_artifacts.Schema),
        )
    }
    for name, artifact in artifacts.items():
        artifact.uri = str(folder / name)
        Path(artifact.uri).mkdir()
    artifacts["examples"].split_names = artifact_utils.encode_split_names(list(keys.SPLITS))
    for split in keys.SPLITS:
        place = folder / "examples" / f"Split-{split}"
        place.mkdir()
        with tf.io.TFRecordWriter(str(place / "data.tfrecord.gz"), "GZIP") as writer:
            for number, vector in enumerate(vectors):
                writer.write(example(number, vector))
    (folder / "schema" / "schema.pbtxt").write_text(SCHEMA.read_text())
    context = base_beam_executor.BaseBeamExecutor.Context(
        beam_pipeline_args=[f"--runner={IN_MEMORY_RUNNER}"], tmp_dir=str(folder / "tmp"), unique_id="1"
    )
    inputs, outputs = list(artifacts)[:2], list(artifacts)[2:]
    Executor(context).Do(
        {name: [artifacts[name]] for name in inputs},
        {name: [artifacts[name]] for name in outputs},
        {"image": json.dumps(IMAGE), "text": json.dumps(text)},
    )
    text_schema = (folder / "featured_schema" / "schema.pbtxt").read_text()
    return artifacts["featured_examples"], text_format.Parse(text_schema, schema_pb2.Schema())


def read(examples: Any, split: str) -> list[Any]:
    files = tf.io.gfile.glob(f"{examples.uri}/Split-{split}/*.gz")
    records = tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator()
    return [tf.train.Example.FromString(record).features.feature for record in records]


def test_given_vectors_pass_through_with_their_fingerprint_and_each_picture_is_encoded_once(tmp_path: Path) -> None:
    vectors = [[number / 2, -1.0] for number in range(9)]
    examples, schema = run(tmp_path, GIVEN, vectors)
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
        list(add.process([example(0, [1.0, 2.0, 3.0])]))


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
