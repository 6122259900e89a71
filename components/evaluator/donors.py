"""Shuffle the halves of pairs among examples: each example meets the half of another one, whatever the batches.

A permutation of the whole split would need all of it at once. Instead 256 examples are chosen as donors, those whose
ids have the lowest hashes, and each example is given the donor that its own id's hash points at, from another group
than its own. So the probe depends on the data alone, not on Beam's bundles or batches, and a donor's few numbers
travel, not the split. It is permutation importance with partners drawn from a sample of the split.

Reference:
    Breiman 2001, "Random Forests", section 10: importance by permuting a variable among the examples.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow as tf

from components import keys

MOST_DONORS = 256
FOLDER = "donors"
_HALVES = {
    keys.IMAGE_VECTOR: keys.DONOR_IMAGE_VECTOR,
    keys.TEXT: keys.DONOR_TEXT,
    keys.TEXT_VECTOR: keys.DONOR_TEXT_VECTOR,
}

Donor = tuple[bytes, bytes, bytes]


class ChooseDonors(beam.PTransform):
    """Chooses the donors of a split and writes them.

    Args:
        folder: The evaluation's folder.
    """

    def __init__(self, folder: str):
        super().__init__()
        self._prefix = f"{folder}/{FOLDER}/part"

    def expand(self, examples: beam.PCollection) -> beam.PCollection:
        return (
            examples
            | "Halves" >> beam.Map(halves_of)
            | "LowestHashes" >> beam.combiners.Top.Smallest(MOST_DONORS)
            | "Each" >> beam.FlatMap(lambda donors: [donor[2] for donor in donors])
            | "Write" >> beam.io.WriteToTFRecord(self._prefix, num_shards=1)
        )


def halves_of(example: bytes) -> Donor:
    """Return what an example gives away: the hash of its id, its group, and a tf.Example of its halves and its id."""
    features = tf.train.Example.FromString(example).features.feature
    donated = tf.train.Example()
    for name in (keys.GROUP, *_HALVES):
        if name in features:
            donated.features.feature[_HALVES.get(name, name)].CopyFrom(features[name])
    donated.features.feature[keys.DONOR].CopyFrom(features[keys.ID])
    order = _digest(_value(features[keys.ID]))
    return order, _value(features[keys.GROUP]), donated.SerializeToString(deterministic=True)


def read_donors(folder: str) -> list[Donor]:
    """Read what `ChooseDonors` wrote, in the order of the hashes."""
    donors = []
    for path in tf.io.gfile.glob(f"{folder}/{FOLDER}/part*"):
        for record in tf.data.TFRecordDataset(path).as_numpy_iterator():
            example = tf.train.Example.FromString(record)
            group = _value(example.features.feature.pop(keys.GROUP))
            order = _digest(_value(example.features.feature[keys.DONOR]))
            donors.append((order, group, example.SerializeToString(deterministic=True)))
    return sorted(donors)


class GiveHalves(beam.DoFn):
    """Adds a donor's halves to the serialised examples of a batch of extracts.

    Two tf.Examples that are joined byte by byte are one that has the features of both, so no picture is parsed.

    Args:
        folder: The evaluation's folder.
    """

    def __init__(self, folder: str):
        super().__init__()
        self._folder = folder
        self._donors: list[Donor] = []

    def setup(self) -> None:
        self._donors = read_donors(self._folder)

    def process(self, extracts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        features = extracts["features"]
        pairs = zip(extracts["input"], _column(features[keys.ID]), _column(features[keys.GROUP]), strict=True)
        joined = np.empty(len(extracts["input"]), object)
        joined[:] = [example + donated_to(self._donors, name, group) for example, name, group in pairs]
        yield {**extracts, "input": joined}


def donated_to(donors: list[Donor], name: bytes, group: bytes) -> bytes:
    """Return the halves that an example is given; nothing where every donor is of its own group.

    Args:
        donors: As `read_donors` returns them.
        name: The example's id.
        group: Its group.
    """
    if not donors:
        return b""
    start = int.from_bytes(_digest(name + b"/donor")[:8], "little")
    for step in range(len(donors)):
        donor = donors[(start + step) % len(donors)]
        if donor[1] != group:
            return donor[2]
    return b""


def _column(values: Any) -> Iterable[bytes]:
    return [bytes(value) for value in np.asarray(values).reshape(-1)]


def _value(feature: Any) -> bytes:
    return bytes(feature.bytes_list.value[0])


def _digest(name: bytes) -> bytes:
    return hashlib.blake2b(name, digest_size=16).digest()
