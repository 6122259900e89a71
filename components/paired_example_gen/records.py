"""Between records of a span, checked pairs and examples of a split."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import apache_beam as beam
import tensorflow as tf
from google.protobuf.message import DecodeError

from components import keys
from components.pack.map_ahead import map_ahead
from components.pack.span_names import SPAN, number_in
from components.paired_example_gen.names import PLACE, Names
from components.paired_example_gen.pair_key import PairKey
from components.paired_example_gen.read_shard import REJECTED, Placed, Rejected
from components.pairs.limits import PairLimits
from components.pairs.pair import RawPair
from components.pairs.rejection import Rejection
from components.pairs.sliced_pair import SlicedPair, check_sliced_pair
from components.quarantine.record import encode_quarantined

# A usable pair's record, and its key as a line of JSON.
Checked = tuple[bytes, str]


class CheckRecords(beam.DoFn):
    """Reads records and turns them into checked ones, each with its key; the others come out tagged `rejected`.

    What takes a while is done in threads, while the next records are read.

    Args:
        reader: Yields the records of a file; what it tags is passed on.
        names: What the features are called.
        limits: What a usable pair is.
    """

    def __init__(self, reader: beam.DoFn, names: Names, limits: PairLimits):
        self._reader = reader
        self._names = names
        self._limits = limits

    def process(self, element: Any) -> Iterator[Checked | beam.pvalue.TaggedOutput]:
        return map_ahead(self._check_or_pass, self._reader.process(element))

    def _check_or_pass(self, item: Placed | beam.pvalue.TaggedOutput) -> Checked | beam.pvalue.TaggedOutput:
        if isinstance(item, beam.pvalue.TaggedOutput):
            return item
        checked = self._check(item)
        return beam.pvalue.TaggedOutput(REJECTED, (checked, item[2])) if isinstance(checked, Rejection) else checked

    def _check(self, element: Placed) -> Checked | Rejection:
        checked = check_record(element, self._names, self._limits)
        return checked if isinstance(checked, Rejection) else (to_checked_record(checked), to_key_line(checked))


def check_record(placed: Placed, names: Names, limits: PairLimits) -> SlicedPair | Rejection:
    """Check a record, as it lies in a span.

    Args:
        placed: The record with its place and offset.
        names: What the features are called.
        limits: What a usable pair is.

    Returns:
        The usable pair with its slices, or why it is not usable.
    """
    source, offset, record = placed
    features = parse_features(record)
    pair = _to_pair(features, source, offset, names, limits)
    return check_sliced_pair(pair, _slices(features, names, source), limits)


def parse_features(record: bytes) -> Mapping[str, Any]:
    """Return a record's features by name; none where it is no example."""
    try:
        return tf.train.Example.FromString(record).features.feature
    except DecodeError:
        return {}


def single_bytes(features: Mapping[str, Any], name: str) -> bytes | None:
    """Return the one value of a feature of bytes; None where it is missing, not single or of another type."""
    values: Sequence[bytes] = features[name].bytes_list.value if name in features else ()
    return values[0] if len(values) == 1 else None


def _to_pair(features: Mapping[str, Any], source: str, offset: int, names: Names, limits: PairLimits) -> RawPair:
    """Read a record's features; one that is missing, not single or of another type counts as not given.

    The text's vector is read only where one is wanted: elsewhere an encoder makes the feature of this name.
    """
    labels: Sequence[int] = features[names.label].int64_list.value if names.label in features else ()
    vector = None
    if limits.text_vector_width and names.text_vector in features:
        vector = list(features[names.text_vector].float_list.value) or None
    return RawPair(
        id=single_bytes(features, names.id),
        image=single_bytes(features, names.image),
        text=single_bytes(features, names.text),
        label=labels[0] if len(labels) == 1 else None,
        source=source,
        text_vector=vector,
        offset=offset,
    )


def _slices(features: Mapping[str, Any], names: Names, source: str) -> dict[str, object]:
    """Read the slice columns, whatever their type; one with several values is passed on as it is, to be refused.

    The column `span` is the number of the span that the record lies in, whatever the record itself says.
    """
    found: dict[str, object] = {}
    for name in names.slices:
        if name == keys.SPAN:
            found[name] = number_in(SPAN, source.partition("/")[0])
            continue
        kind = features[name].WhichOneof("kind") if name in features else None
        values = list(getattr(features[name], kind).value) if kind else []
        found[name] = values[0] if len(values) == 1 else values or None
    return found


def to_checked_record(pair: SlicedPair) -> bytes:
    """Serialise a checked pair with the place that it came from."""
    example = tf.train.Example()
    feature = example.features.feature
    feature[keys.ID].bytes_list.value.append(pair.id.encode())
    feature[keys.IMAGE].bytes_list.value.append(pair.image)
    feature[keys.TEXT].bytes_list.value.append(pair.text.encode())
    feature[keys.LABEL].int64_list.value.append(pair.label)
    feature[PLACE].bytes_list.value.append(pair.source.encode())
    if pair.text_vector:
        feature[keys.TEXT_VECTOR].float_list.value.extend(pair.text_vector)
    for name, value in pair.slices:
        feature[name].bytes_list.value.append(value.encode())
    return example.SerializeToString()


def to_key_line(pair: SlicedPair) -> str:
    """Return a checked pair's key as a line of JSON."""
    thumbnail = base64.b64encode(pair.thumbnail).decode()
    fingerprints = (pair.image_fingerprint, pair.text_fingerprint)
    return json.dumps(vars(PairKey(pair.id, pair.source, *fingerprints, pair.label, thumbnail, pair.offset)))


def to_quarantine_record(rejected: Rejected) -> bytes:
    """Serialise what was set apart, see `components.quarantine.record`."""
    return encode_quarantined(*rejected)


class ToSplit(beam.DoFn):
    """Turns checked records into examples with their group, each tagged with its split.

    What was set apart when the pairs were placed comes out tagged `rejected`, with its record.

    Args:
        places: `(split, group)` by place.
        rejections: Why the others are not used.
    """

    def __init__(self, places: Mapping[str, tuple[str, str]], rejections: list[Rejection]):
        self._places = places
        self._rejections = {rejection.source: rejection for rejection in rejections}

    def process(self, record: bytes) -> Iterator[beam.pvalue.TaggedOutput]:
        example = tf.train.Example.FromString(record)
        feature = example.features.feature
        source = feature[PLACE].bytes_list.value[0].decode()
        del feature[PLACE]
        if source not in self._places:
            content = example.SerializeToString(deterministic=True)
            yield beam.pvalue.TaggedOutput(REJECTED, (self._rejections[source], content))
            return
        split, group = self._places[source]
        feature[keys.GROUP].bytes_list.value.append(group.encode())
        yield beam.pvalue.TaggedOutput(split, example.SerializeToString(deterministic=True))
