"""Read spans into records that hold whole pairs, however their files hold them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apache_beam as beam

from components.paired_example_gen.join_streams import JoinStreams
from components.paired_example_gen.read_shard import REJECTED, ReadShard
from components.paired_example_gen.spans import Span
from components.pairs.limits import PairLimits


class ReadPairs(beam.PTransform):
    """Turns spans into `(place, record)` of whole pairs, and `(rejection, record)` for what cannot be one.

    Args:
        spans: The spans.
        id_name: Name of the feature that holds the id.
        limits: What a usable pair is.
    """

    def __init__(self, spans: Sequence[Span], id_name: str, limits: PairLimits):
        super().__init__()
        self._spans = spans
        self._id = id_name
        self._limits = limits

    def expand(self, root: Any) -> tuple[beam.PCollection, beam.PCollection]:
        read = (
            root
            | "Files" >> beam.Create([file for span in self._spans for file in span.pairs])
            | "Spread" >> beam.Reshuffle()
            | "Read" >> beam.ParDo(ReadShard(self._limits)).with_outputs(REJECTED, main="records")
        )
        streams = [span for span in self._spans if span.images]
        if not streams:
            return read.records, read[REJECTED]
        joined, rejected = root | "Join" >> JoinStreams(streams, self._id, self._limits)
        return (
            (read.records, joined) | "Records" >> beam.Flatten(),
            (read[REJECTED], rejected) | "Rejected" >> beam.Flatten(),
        )
