"""Read a few features of many examples: pictures are left out, so that all fit into memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import tensorflow as tf

from components.errors import InputError
from components.pack.manifest import IMAGE_COLUMN, JSONL_SUFFIXES, read_manifest

MOST_EXAMPLES = 50_000
_RECORDS = ".tfrecord.gz"
_LONGEST_VALUE = 256


def read_light_examples(data: Path, image: str) -> list[tf.train.Example]:
    """Read the first 50,000 examples of some data, with a byte in the place of each picture.

    Args:
        data: A data root or a folder of it, a file of records, or a manifest.
        image: What the picture's feature is called; in a manifest it is `img`.

    Raises:
        InputError: The data cannot be read, or there are none.
    """
    manifest = data.suffix.lower() in (".csv", *JSONL_SUFFIXES)
    source = _from_manifest(data) if manifest else _from_records(data)
    name = IMAGE_COLUMN if manifest else image
    examples = list(itertools.islice((_light(example, name) for example in source), MOST_EXAMPLES))
    if not examples:
        raise InputError(
            f"a schema is inferred from data. Received: {data}, which holds no example. "
            f"Give a data root, a span's folder, a file {_RECORDS} or a manifest"
        )
    return examples


def _from_records(data: Path) -> Iterator[tf.train.Example]:
    files = [data] if data.is_file() else sorted(data.rglob(f"*{_RECORDS}"))
    try:
        for record in tf.data.TFRecordDataset([str(path) for path in files], "GZIP").as_numpy_iterator():
            yield tf.train.Example.FromString(record)
    except (tf.errors.OpError, ValueError) as error:
        raise InputError(
            f"the records must be whole examples. Received: {data} ({str(error)[:200]}). Pack it again"
        ) from error


def _from_manifest(path: Path) -> Iterator[tf.train.Example]:
    for row in read_manifest(path):
        example = tf.train.Example()
        for name, value in row.values.items():
            feature = example.features.feature[name]
            if isinstance(value, bool):
                feature.bytes_list.value.append(str(value).lower().encode())
            elif isinstance(value, int) and abs(value) < 2**63:
                feature.int64_list.value.append(value)
            elif isinstance(value, float):
                feature.float_list.value.append(value)
            elif isinstance(value, str) and value:
                feature.bytes_list.value.append(value.encode("utf-8", "replace"))
        yield example


def _light(example: tf.train.Example, image: str) -> tf.train.Example:
    features = example.features.feature
    for name in list(features):
        values = features[name].bytes_list.value
        values[:] = _cut(values, name == image)
    return example


def _cut(values: Iterable[bytes], image: bool) -> list[bytes]:
    return [b"-" if image else value[:_LONGEST_VALUE] for value in values]
