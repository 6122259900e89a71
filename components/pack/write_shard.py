"""Write one shard of a span: check its pairs, keep the usable ones, set the others apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from components.pack.example import encode_example
from components.pack.existing import Existing
from components.pack.manifest import (
    ID_COLUMN,
    IMAGE_COLUMN,
    LABEL_COLUMN,
    TEXT_COLUMN,
    VECTOR_COLUMN,
    ManifestRow,
)
from components.pack.map_ahead import map_ahead
from components.pack.notes import ShardNotes
from components.pack.original import encode_original
from components.pack.progress import PROGRESS
from components.pack.read_image import read_image
from components.pack.read_tree import TextFile, read_text
from components.pack.read_vector import read_vector
from components.pack.record_file import RecordFile
from components.pack.summary import QUARANTINE_FOLDER, QUARANTINE_RECORDS
from components.pairs.clean_id import clean_id
from components.pairs.limits import PairLimits
from components.pairs.pair import RawPair
from components.pairs.reasons import Reason
from components.pairs.rejection import Rejection
from components.pairs.sliced_pair import SlicedPair, check_sliced_pair
from components.pairs.unusable import Unusable
from components.quarantine.record import encode_quarantined


@dataclass(frozen=True)
class ShardJob:
    """What every shard of one span has in common.

    Args:
        manifest: The manifest's name, without its folder.
        folder: Folder of the images, resolved.
        home: Folder of the manifest, which vectors in files stay in, resolved.
        target: Folder that takes the records.
        notes: Folder that takes each shard's notes.
        shards: How many shards there are.
        limits: Bounds of a usable pair.
        slices: Further columns that are packed.
        prefix: What the names of the record files begin with.
        adds: Whether the pairs are added to a span that is there.
    """

    manifest: str
    folder: Path
    home: Path
    target: Path
    notes: Path
    shards: int
    limits: PairLimits
    slices: tuple[str, ...] = ()
    prefix: str = "pairs"
    adds: bool = False


def row_id(row: ManifestRow, limits: PairLimits) -> str:
    """Returns the id of a row as its pair has it; empty where it has no usable one."""
    try:
        return clean_id(row.values.get(ID_COLUMN), limits)
    except Unusable:
        return ""


def shard_of(pair_id: str, line: int, shards: int) -> int:
    """Returns the shard a pair belongs to: equal ids share one, whatever else the manifest holds."""
    key = pair_id or f"line {line}"
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % shards


def write_shard(shard: int, rows: Iterable[ManifestRow], existing: Iterable[Existing], job: ShardJob) -> None:
    """Writes a shard's records, in the manifest's order, and what was set apart, and notes why and the counts.

    A few images are in memory at a time: Beam's own sink would gather a shard's records first. Of several usable pairs
    with one id the first is kept. One that the span already holds is not written again, and one with such an id but
    other content is noted as its replacement.

    Args:
        shard: The shard's number, from 0.
        rows: Its rows, in any order.
        existing: Those of the span's pairs whose ids fall into this shard.
        job: What all shards have in common.
    """
    there = {each.id: each for each in existing}
    name = f"{job.prefix}-{shard:05d}-of-{job.shards:05d}.tfrecord.gz"
    notes = ShardNotes(records={name: 0})
    with ExitStack() as stack:
        file = stack.enter_context(_create(job.target / name))
        set_apart: RecordFile | None = None
        for line, outcome, record in _outcomes(rows, job):
            if isinstance(outcome, Rejection):
                notes.rejections.append((line, outcome.to_json()))
                set_apart = set_apart or stack.enter_context(_create(job.target / quarantine_name(name)))
                set_apart.write(encode_quarantined(outcome, record))
            else:
                held = there.get(outcome.id)
                if held is not None and held.digest == hashlib.sha256(record).hexdigest():
                    notes.unchanged += 1
                else:
                    file.write(record)
                    notes.add(name, outcome.label)
                    if held is not None:
                        notes.replaced.setdefault(held.file, []).append(held.id)
            if job.adds:
                notes.ids.append(outcome.id)
            PROGRESS.advance()
    notes.save(job.notes / f"{shard:05d}.json")


def quarantine_name(name: str) -> str:
    """Returns the place in a span of what was set apart beside a record file.

    Example:
        >>> quarantine_name("pairs-v2-00000-of-00001.tfrecord.gz")
        'quarantine/records-v2-00000-of-00001.tfrecord.gz'
    """
    return f"{QUARANTINE_FOLDER}/{QUARANTINE_RECORDS}-{name.partition('-')[2]}"


def _create(path: Path) -> RecordFile:
    path.parent.mkdir(exist_ok=True)
    return RecordFile(FileSystems.create(str(path), compression_type=CompressionTypes.UNCOMPRESSED))


def _outcomes(rows: Iterable[ManifestRow], job: ShardJob) -> Iterator[tuple[int, SlicedPair | Rejection, bytes]]:
    """Yields what becomes of each row: the pair and its record, or the rejection and the row as it came."""
    kept: dict[str, str] = {}
    in_order = sorted(rows, key=lambda row: row.line)
    for row, (outcome, record) in zip(in_order, map_ahead(partial(_encode_row, job=job), in_order), strict=True):
        if isinstance(outcome, SlicedPair):
            if outcome.id in kept:
                error = Unusable(Reason.ID_DUPLICATE, f"The id stands already at {kept[outcome.id]}")
                yield row.line, Rejection.of(outcome.id, error, outcome.source, row.offset), _original(row, job)
                continue
            kept[outcome.id] = outcome.source
        yield row.line, outcome, record


def _encode_row(row: ManifestRow, job: ShardJob) -> tuple[SlicedPair | Rejection, bytes]:
    outcome = _check_row(row, job)
    return outcome, _original(row, job) if isinstance(outcome, Rejection) else encode_example(outcome)


def _original(row: ManifestRow, job: ShardJob) -> bytes:
    return encode_original(row, job.folder, job.home, job.slices, job.limits)


def _check_row(row: ManifestRow, job: ShardJob) -> SlicedPair | Rejection:
    source = row.name or f"{job.manifest}:{row.line}"
    if row.rejection is not None:
        return row.rejection
    if row.fault:
        return Rejection.of("", Unusable(Reason.MANIFEST_LINE_INVALID, row.fault), source, row.offset)
    text = row.values.get(TEXT_COLUMN)
    if isinstance(text, TextFile):
        try:
            text = read_text(text, job.folder, job.limits)
        except Unusable as error:
            return Rejection.of(row_id(row, job.limits), error, source, row.offset)
    pair = RawPair(
        id=row.values.get(ID_COLUMN),
        image=partial(read_image, row.values.get(IMAGE_COLUMN), job.folder, job.limits),
        text=text,
        label=row.values.get(LABEL_COLUMN),
        source=source,
        text_vector=partial(read_vector, row.values.get(VECTOR_COLUMN), job.home),
        offset=row.offset,
    )
    return check_sliced_pair(pair, {name: row.values.get(name) for name in job.slices}, job.limits)
