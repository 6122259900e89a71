"""Read the records of a span's files in a Beam pipeline; what is damaged is counted and named."""

from __future__ import annotations

from collections.abc import Iterator

import apache_beam as beam
import tensorflow as tf

from components.pack.read_records import Damage, Record, read_records
from components.paired_example_gen.spans import ShardFile
from components.pairs.limits import MAX_VECTOR_WIDTH, PairLimits
from components.pairs.reasons import Reason
from components.pairs.rejection import Rejection
from components.pairs.unusable import Unusable

REJECTED = "rejected"
_OTHER_BYTES = 1 << 16

# A record with its place, `file:number`, and its offset; a rejection with the record that it is about, if there is one.
Placed = tuple[str, int, bytes]
Rejected = tuple[Rejection, bytes]


def record_bound(limits: PairLimits) -> int:
    """Returns how many bytes the record of a usable pair can have."""
    return limits.max_image_bytes + 4 * (limits.max_text_chars + MAX_VECTOR_WIDTH) + _OTHER_BYTES


def read_shard(shard: ShardFile, limits: PairLimits) -> Iterator[Record | Damage]:
    """Yields the records of a file and, in their place, those that cannot be read.

    Args:
        shard: The file; one that is not there has lost all its records.
        limits: Bounds of a usable pair; a record that is far beyond them is passed over.
    """
    if not tf.io.gfile.exists(shard.path):
        yield Damage(1, 0, Reason.RECORD_LOST, "There is no such file")
        return
    with tf.io.gfile.GFile(shard.path, "rb") as file:
        yield from read_records(file, shard.path.endswith(".gz"), record_bound(limits))


class ReadShard(beam.DoFn):
    """Yields each record of a file with its place, `file:number` from 1, and offset; the damaged tagged `rejected`.

    Where packing wrote down how many records there are, each of those behind the damage is named; otherwise one
    rejection stands for all of them.

    Args:
        limits: What a usable pair is.
    """

    def __init__(self, limits: PairLimits):
        self._limits = limits

    def process(self, shard: ShardFile) -> Iterator[Placed | beam.pvalue.TaggedOutput]:
        seen, lost, end = 0, "The file ends before its last record", None
        for item in read_shard(shard, self._limits):
            if isinstance(item, Record):
                yield f"{shard.name}:{item.number}", item.offset, item.data
            elif item.reason is Reason.RECORD_LOST:
                lost, end = f"{item.fault}, at byte {item.offset:,}", item.offset
                break
            else:
                fault = f"{item.fault}, at byte {item.offset:,}"
                yield _rejected(shard, item.number, item.reason, fault, item.offset)
            seen = item.number
        else:
            if shard.records is None:
                return
        for number in range(seen + 1, (seen + 1 if shard.records is None else shard.records) + 1):
            yield _rejected(shard, number, Reason.RECORD_LOST, lost, end)


def _rejected(
    shard: ShardFile, number: int, reason: Reason, received: str, offset: int | None
) -> beam.pvalue.TaggedOutput:
    rejection = Rejection.of("", Unusable(reason, received), f"{shard.name}:{number}", offset)
    return beam.pvalue.TaggedOutput(REJECTED, (rejection, b""))
