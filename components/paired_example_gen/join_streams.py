"""Join a stream of pictures and a stream of texts on their ids.

Only ids, digests and texts are grouped: the pictures are read once more when their texts are known, so that no runner
has to hold them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import apache_beam as beam
import tensorflow as tf

from components.pack.read_records import Record
from components.pack.span_names import IMAGES, TEXTS
from components.paired_example_gen.match_halves import Half, Match, Unmatched, match_halves
from components.paired_example_gen.names import Names
from components.paired_example_gen.read_shard import REJECTED, Placed, ReadShard, Rejected, read_shard
from components.paired_example_gen.records import CheckRecords, parse_features, single_bytes
from components.paired_example_gen.spans import ShardFile, Span
from components.pairs.clean_id import clean_id
from components.pairs.limits import PairLimits
from components.pairs.rejection import Rejection
from components.pairs.unusable import Unusable

# An id within its span.
Key = tuple[str, str]
# What a picture waits for: its text's record, or why it is not used.
Verdict = tuple[int, bytes | Rejection]


class JoinStreams(beam.PTransform):
    """Turns spans of two streams into checked pairs at the pictures' places, and `(rejection, record)` for the rest.

    Args:
        spans: Spans; ids are joined within each.
        names: What the features are called.
        limits: What a usable pair is.
    """

    def __init__(self, spans: Sequence[Span], names: Names, limits: PairLimits):
        super().__init__()
        self._files = {
            IMAGES: [(span.name, file) for span in spans for file in span.images],
            TEXTS: [(span.name, file) for span in spans for file in span.texts],
        }
        self._names = names
        self._limits = limits

    def expand(self, root: Any) -> tuple[beam.PCollection, beam.PCollection]:
        streams, rejected = {}, []
        for stream, files in self._files.items():
            read = (
                root
                | f"Files[{stream}]" >> beam.Create(files)
                | f"Spread[{stream}]" >> beam.Reshuffle()
                | f"Read[{stream}]"
                >> beam.ParDo(_ReadHalves(stream, self._names.id, self._limits)).with_outputs(REJECTED, main="halves")
            )
            streams[stream] = read.halves
            rejected.append(read[REJECTED])
        matched = (
            streams
            | "ById" >> beam.CoGroupByKey()
            | "Match" >> beam.ParDo(_Match()).with_outputs(REJECTED, main="images")
        )
        pictures = {file.name: file for _, file in self._files[IMAGES]}
        check = CheckRecords(_ReadMatched(pictures, self._limits), self._names, self._limits)
        whole = (
            matched.images
            | "ByFile" >> beam.GroupByKey()
            | "CheckAgain" >> beam.ParDo(check).with_outputs(REJECTED, main="checked")
        )
        rejected += [matched[REJECTED], whole[REJECTED]]
        return whole.checked, rejected | "Rejected" >> beam.Flatten()


class _ReadHalves(beam.DoFn):
    """Reads a file of one stream into halves by span and id."""

    def __init__(self, stream: str, id_name: str, limits: PairLimits):
        self._stream = stream
        self._id = id_name
        self._limits = limits
        self._read = ReadShard(limits)

    def process(self, element: tuple[str, ShardFile]) -> Iterator[tuple[Key, Half] | beam.pvalue.TaggedOutput]:
        span, shard = element
        for item in self._read.process(shard):
            if isinstance(item, beam.pvalue.TaggedOutput):
                yield item
                continue
            place, offset, record = item
            features = parse_features(record)
            try:
                pair_id = clean_id(single_bytes(features, self._id), self._limits)
            except Unusable as error:
                yield _rejected(Rejection.of("", error, place, offset), record)
                continue
            digests = {
                name: hashlib.sha256(feature.SerializeToString(deterministic=True)).hexdigest()
                for name, feature in features.items()
                if name != self._id
            }
            number = int(place.rpartition(":")[2])
            kept = record if self._stream == TEXTS else b""
            yield (span, pair_id), Half(self._stream, shard.name, number, digests, kept, offset)


class _Match(beam.DoFn):
    """Tells the pictures of an id, by file, what they wait for; texts that are not used come out as rejected."""

    def process(
        self, element: tuple[Key, dict[str, Iterable[Half]]]
    ) -> Iterator[tuple[str, Verdict] | beam.pvalue.TaggedOutput]:
        (_, pair_id), streams = element
        for match in match_halves(streams[IMAGES], streams[TEXTS]):
            if isinstance(match, Match):
                yield match.image.file, (match.image.number, match.text.record)
            elif match.half.stream == IMAGES:
                yield match.half.file, (match.half.number, _rejection(pair_id, match))
            else:
                yield _rejected(_rejection(pair_id, match), match.half.record)


class _ReadMatched(beam.DoFn):
    """Reads the pictures of a file once more and adds to each its text."""

    def __init__(self, files: dict[str, ShardFile], limits: PairLimits):
        self._files = files
        self._limits = limits

    def process(self, element: tuple[str, Iterable[Verdict]]) -> Iterator[Placed | beam.pvalue.TaggedOutput]:
        name, verdicts = element
        waiting = dict(verdicts)
        for item in read_shard(self._files[name], self._limits):
            if not isinstance(item, Record):
                continue
            verdict = waiting.get(item.number)
            if isinstance(verdict, Rejection):
                yield _rejected(verdict, item.data)
            elif verdict is not None:
                example = tf.train.Example.FromString(item.data)
                example.MergeFrom(tf.train.Example.FromString(verdict))
                yield f"{name}:{item.number}", item.offset, example.SerializeToString()


def _rejection(pair_id: str, unmatched: Unmatched) -> Rejection:
    return Rejection.of(pair_id, unmatched.error, unmatched.half.place, unmatched.half.offset)


def _rejected(rejection: Rejection, record: bytes) -> beam.pvalue.TaggedOutput:
    rejected: Rejected = (rejection, record)
    return beam.pvalue.TaggedOutput(REJECTED, rejected)
