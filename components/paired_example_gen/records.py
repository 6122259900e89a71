"""Between records of a span, checked pairs and examples of a split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import apache_beam as beam
import tensorflow as tf
from google.protobuf.message import DecodeError

from components import keys
from components.pairs.check_pair import check_pair
from components.pairs.limits import PairLimits
from components.pairs.pair import CheckedPair, RawPair
from components.pairs.rejection import Rejection

SOURCE = "source"
REJECTED = "rejected"


class ReadRecords(beam.DoFn):
    """Reads the records of a TFRecord file, each with its place: `file:number`, from 1."""

    def process(self, path: str) -> Iterator[tuple[str, bytes]]:
        name = path.rsplit("/", 1)[-1]
        for number, record in enumerate(tf.data.TFRecordDataset(path, "GZIP").as_numpy_iterator(), start=1):
            yield f"{name}:{number}", record


class CheckRecord(beam.DoFn):
    """Turns a record into a checked pair; what cannot be used comes out tagged `rejected`, with its reason.

    Args:
        limits: What a usable pair is.
    """

    def __init__(self, limits: PairLimits):
        self._limits = limits

    def process(self, element: tuple[str, bytes]) -> Iterator[CheckedPair | beam.pvalue.TaggedOutput]:
        source, record = element
        checked = check_pair(_to_pair(record, source, self._limits), self._limits)
        if isinstance(checked, Rejection):
            yield beam.pvalue.TaggedOutput(REJECTED, checked)
        else:
            yield checked


def _to_pair(record: bytes, source: str, limits: PairLimits) -> RawPair:
    """Read a record's features; one that is missing, not single or of another type counts as not given.

    The text's vector is read only where one is wanted: elsewhere an encoder makes the feature of this name.
    """
    try:
        features = tf.train.Example.FromString(record).features.feature
    except DecodeError:
        features = {}

    def single(values: Sequence[Any]) -> Any:
        return values[0] if len(values) == 1 else None

    given = {
        name: single(features[name].bytes_list.value) if name in features else None
        for name in (keys.ID, keys.IMAGE, keys.TEXT)
    }
    label = single(features[keys.LABEL].int64_list.value) if keys.LABEL in features else None
    vector = None
    if limits.text_vector_width and keys.TEXT_VECTOR in features:
        vector = list(features[keys.TEXT_VECTOR].float_list.value) or None
    return RawPair(given[keys.ID], given[keys.IMAGE], given[keys.TEXT], label, source, vector)


def to_checked_record(pair: CheckedPair) -> bytes:
    """Serialise a checked pair with the place that it came from."""
    example = tf.train.Example()
    feature = example.features.feature
    feature[keys.ID].bytes_list.value.append(pair.id.encode())
    feature[keys.IMAGE].bytes_list.value.append(pair.image)
    feature[keys.TEXT].bytes_list.value.append(pair.text.encode())
    feature[keys.LABEL].int64_list.value.append(pair.label)
    feature[SOURCE].bytes_list.value.append(pair.source.encode())
    if pair.text_vector:
        feature[keys.TEXT_VECTOR].float_list.value.extend(pair.text_vector)
    return example.SerializeToString()


class ToSplit(beam.DoFn):
    """Turns checked records into examples with their group, each tagged with its split; duplicates are dropped.

    Args:
        places: `(split, group)` by source.
    """

    def __init__(self, places: Mapping[str, tuple[str, str]]):
        self._places = places

    def process(self, record: bytes) -> Iterator[beam.pvalue.TaggedOutput]:
        example = tf.train.Example.FromString(record)
        feature = example.features.feature
        place = self._places.get(feature[SOURCE].bytes_list.value[0].decode())
        if place is None:
            return
        split, group = place
        del feature[SOURCE]
        feature[keys.GROUP].bytes_list.value.append(group.encode())
        yield beam.pvalue.TaggedOutput(split, example.SerializeToString(deterministic=True))
