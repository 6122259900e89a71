"""Splits as the Trainer reads them, by a real graph of Transform's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata, schema_utils

from components import keys
from components.trainer.dataset import Split
from components.trainer.transform_graph import TransformGraph
from components.transform.preprocessing import preprocessing_fn

WIDTH = 4
COUNT = 1030  # More than two batches.
SPEC = {
    **{name: tf.io.FixedLenFeature([1], tf.string) for name in (keys.ID, keys.GROUP, keys.TEXT)},
    keys.LABEL: tf.io.FixedLenFeature([1], tf.int64),
    keys.IMAGE_VECTOR: tf.io.FixedLenFeature([WIDTH], tf.float32),
}
CONFIG = {
    "branches": ["lexical", "lstm"],
    "vocabulary": 50,
    "max_tokens": 6,
    "word_buckets": 16,
    "character_buckets": 8,
}


def pairs() -> list[dict[str, Any]]:
    return [
        {
            keys.ID: [f"{number:05d}".encode()],
            keys.GROUP: [b"g"],
            keys.TEXT: [f"word{number % 7} again".encode()],
            keys.LABEL: [number % 2],
            keys.IMAGE_VECTOR: [float(number)] * WIDTH,
        }
        for number in range(COUNT)
    ]


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Split:
    folder = tmp_path_factory.mktemp("split")
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(SPEC))
    drawn = pairs()
    arrays = [{name: np.array(value) for name, value in pair.items()} for pair in drawn]
    with tft_beam.Context(temp_dir=str(folder / "temp")):
        analyzed = (arrays, metadata) | tft_beam.AnalyzeDataset(lambda inputs: preprocessing_fn(inputs, CONFIG))
        _ = analyzed | tft_beam.WriteTransformFn(str(folder / "transform"))
    write(folder, [drawn[place] for place in np.random.default_rng(1).permutation(COUNT)])
    output = tft.TFTransformOutput(str(folder / "transform"))
    sizes = {keys.WORDS: CONFIG["word_buckets"], keys.CHARACTERS: CONFIG["character_buckets"]}
    return Split([f"{folder}/data-*"], tf.function(TransformGraph(output)), SPEC, sizes)


def write(folder: Path, drawn: list[dict[str, Any]]) -> None:
    """Write two shards, in whatever order the pairs are in."""
    for shard, some in enumerate((drawn[:300], drawn[300:])):
        with tf.io.TFRecordWriter(f"{folder}/data-{shard}") as writer:
            for pair in some:
                example = tf.train.Example()
                for name, value in pair.items():
                    feature = example.features.feature[name]
                    kind = {bytes: feature.bytes_list, int: feature.int64_list, float: feature.float_list}
                    kind[type(value[0])].value.extend(value)
                writer.write(example.SerializeToString())


def test_all_but_the_image_vectors_is_read_in_the_order_of_the_ids(split: Split) -> None:
    arrays = split.read()
    assert keys.IMAGE_VECTOR not in arrays
    assert arrays[keys.ID].ravel().tolist() == [pair[keys.ID][0] for pair in pairs()]
    assert arrays[keys.LABEL].ravel().tolist() == [pair[keys.LABEL][0] for pair in pairs()]
    assert arrays[keys.TOKENS].shape == (COUNT, CONFIG["max_tokens"])
    assert arrays[keys.WORDS].shape == (COUNT, CONFIG["word_buckets"])
    # Texts repeat each seventh pair: whatever belongs to a text has stayed with its id.
    assert np.array_equal(arrays[keys.TOKENS][0], arrays[keys.TOKENS][7])
    assert not np.array_equal(arrays[keys.TOKENS][0], arrays[keys.TOKENS][1])
    assert (arrays[keys.WORDS][0] != arrays[keys.WORDS][7]).nnz == 0


def test_image_vectors_pass_by_in_batches_and_what_is_made_of_them_is_in_order(split: Split) -> None:
    sizes = []

    def make(batch: dict[str, Any]) -> dict[str, Any]:
        sizes.append(len(batch[keys.IMAGE_VECTOR]))
        return {"sum": batch[keys.IMAGE_VECTOR].sum(axis=1)}

    ids = split.read()[keys.ID].reshape(-1)
    assert split.read_vectors(ids, make)["sum"].tolist() == [WIDTH * number for number in range(COUNT)]
    assert sum(sizes) == COUNT and max(sizes) <= 512


def test_vectors_of_some_ids_alone_can_be_read(split: Split) -> None:
    wanted = np.array([b"00003", b"00700", b"00900"], object)
    made = split.read_vectors(wanted, lambda batch: batch)
    assert made[keys.ID].tolist() == wanted.tolist()
    assert made[keys.IMAGE_VECTOR][:, 0].tolist() == [3, 700, 900]
    assert split.vector_width == WIDTH
