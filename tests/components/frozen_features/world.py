"""Runs the real executor of FrozenFeatures on a few drawn pairs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils, standard_artifacts

from components import keys
from components.beam_options import with_default_runner
from components.frozen_features.cache_location import at_cache_location
from components.frozen_features.executor import Executor

IMAGE = {"encoder": "vgg16", "weights": "random", "size": 32, "pooling": "avg", "seed": 1}
GIVEN = {"encoder": "given", "width": 2}
NO_TEXT = {"encoder": "none"}
SCHEMA = Path(__file__).parents[3] / "schema" / "schema.pbtxt"
_ARTIFACTS = {
    "examples": standard_artifacts.Examples,
    "schema": standard_artifacts.Schema,
    "featured_examples": standard_artifacts.Examples,
    "featured_schema": standard_artifacts.Schema,
}


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (32, 32, 3)).astype("uint8")
    return tf.io.encode_png(pixels).numpy()


def example(number: int, image: bytes, vector: Sequence[float] = ()) -> bytes:
    made = tf.train.Example()
    made.features.feature[keys.ID].bytes_list.value.append(str(number).encode())
    made.features.feature[keys.IMAGE].bytes_list.value.append(image)
    made.features.feature[keys.TEXT].bytes_list.value.append(f"text {number}".encode())
    if vector:
        made.features.feature[keys.TEXT_VECTOR].float_list.value.extend(vector)
    return made.SerializeToString()


def run(
    folder: Path,
    splits: Mapping[str, Sequence[bytes]],
    image: Mapping[str, Any] = IMAGE,
    text: Mapping[str, Any] = NO_TEXT,
    cache: Path | None = None,
) -> tuple[Any, schema_pb2.Schema]:
    """Run FrozenFeatures over the serialised examples of each split, and return its artifact and schema."""
    artifacts = {name: kind() for name, kind in _ARTIFACTS.items()}
    for name, artifact in artifacts.items():
        artifact.uri = str(folder / name)
        Path(artifact.uri).mkdir(parents=True)
    artifacts["examples"].split_names = artifact_utils.encode_split_names(list(keys.SPLITS))
    for split in keys.SPLITS:
        place = folder / "examples" / f"Split-{split}"
        place.mkdir()
        with tf.io.TFRecordWriter(str(place / "data.tfrecord.gz"), "GZIP") as writer:
            for record in splits[split]:
                writer.write(record)
    (folder / "schema" / "schema.pbtxt").write_text(SCHEMA.read_text())
    context = base_beam_executor.BaseBeamExecutor.Context(
        beam_pipeline_args=with_default_runner([]), tmp_dir=str(folder / "tmp"), unique_id="1"
    )
    inputs, outputs = list(artifacts)[:2], list(artifacts)[2:]
    with at_cache_location(None if cache is None else str(cache)):
        Executor(context).Do(
            {name: [artifacts[name]] for name in inputs},
            {name: [artifacts[name]] for name in outputs},
            {"image": json.dumps(image), "text": json.dumps(text)},
        )
    text_schema = (folder / "featured_schema" / "schema.pbtxt").read_text()
    return artifacts["featured_examples"], text_format.Parse(text_schema, schema_pb2.Schema())


def read(examples: Any, split: str) -> list[Any]:
    """Return the features of each example of a split."""
    files = tf.io.gfile.glob(f"{examples.uri}/Split-{split}/*")
    records = tf.data.TFRecordDataset(files).as_numpy_iterator()
    return [tf.train.Example.FromString(record).features.feature for record in records]


def vectors_of(examples: Any, vector: str = keys.IMAGE_VECTOR) -> dict[tuple[str, bytes], bytes]:
    """Return the bytes of each example's vector, by split and id."""
    return {
        (split, feature[keys.ID].bytes_list.value[0]): np.float32(feature[vector].float_list.value).tobytes()
        for split in keys.SPLITS
        for feature in read(examples, split)
    }


def counts_of(examples: Any) -> dict[str, int]:
    """Return what the executor counted."""
    custom = examples.mlmd_artifact.custom_properties
    return {name: value.int_value for name, value in custom.items() if name.startswith(("image_", "text_"))}
