"""Read spans into checked pairs, however their files hold them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apache_beam as beam

from components.paired_example_gen.join_streams import JoinStreams
from components.paired_example_gen.names import Names
from components.paired_example_gen.read_shard import REJECTED, ReadShard
from components.paired_example_gen.records import CheckRecords
from components.paired_example_gen.spans import Span
from components.pairs.limits import PairLimits


class ReadPairs(beam.PTransform):
    """Turns spans into checked pairs, and `(rejection, record)` for what cannot be one.

    Args:
        spans: The spans.
        names: What the features are called.
        limits: What a usable pair is.
    """

    def __init__(self, spans: Sequence[Span], names: Names, limits: PairLimits):
        super().__init__()
        self._spans = spans
        self._names = names
        self._limits = limits

    def expand(self, root: Any) -> tuple[beam.PCollection, beam.PCollection]:
        check = CheckRecords(ReadShard(self._limits), self._names, self._limits)
        read = (
            root
            | "Files" >> beam.Create([file for span in self._spans for file in span.pairs])
            | "Spread" >> beam.Reshuffle()
            | "Check" >> beam.ParDo(check).with_outputs(REJECTED, main="checked")
        )
        streams = [span for span in self._spans if span.images]
        if not streams:
            return read.checked, read[REJECTED]
        joined, rejected = root | "Join" >> JoinStreams(streams, self._names, self._limits)
        return (
            (read.checked, joined) | "Checked" >> beam.Flatten(),
            (read[REJECTED], rejected) | "Rejected" >> beam.Flatten(),
        )
