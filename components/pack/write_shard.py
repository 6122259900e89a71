"""Write one shard of a span: check its pairs, keep the usable ones, set the others apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
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
from components.pack.progress import PROGRESS
from components.pack.read_image import read_image
from components.pack.read_tree import TextFile, read_text
from components.pack.read_vector import read_vector
from components.pack.record_file import RecordFile
from components.pairs.clean_id import clean_id
from components.pairs.limits import PairLimits
from components.pairs.pair import RawPair
from components.pairs.reasons import Reason
from components.pairs.rejection import Rejection
from components.pairs.sliced_pair import SlicedPair, check_sliced_pair
from components.pairs.unusable import Unusable


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
    """Writes a shard's records, in the manifest's order, and notes what was set apart and the counts.

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
    with RecordFile(FileSystems.create(str(job.target / name), compression_type=CompressionTypes.UNCOMPRESSED)) as file:
        for line, outcome in _outcomes(rows, job):
            if isinstance(outcome, Rejection):
                notes.rejections.append((line, outcome.to_json()))
            else:
                record = encode_example(outcome)
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


def _outcomes(rows: Iterable[ManifestRow], job: ShardJob) -> Iterator[tuple[int, SlicedPair | Rejection]]:
    kept: dict[str, str] = {}
    in_order = sorted(rows, key=lambda row: row.line)
    for row, outcome in zip(in_order, map_ahead(partial(_check_row, job=job), in_order), strict=True):
        if isinstance(outcome, SlicedPair):
            if outcome.id in kept:
                error = Unusable(Reason.ID_DUPLICATE, f"The id stands already at {kept[outcome.id]}")
                yield row.line, Rejection.of(outcome.id, error, outcome.source)
                continue
            kept[outcome.id] = outcome.source
        yield row.line, outcome


def _check_row(row: ManifestRow, job: ShardJob) -> SlicedPair | Rejection:
    source = row.name or f"{job.manifest}:{row.line}"
    if row.rejection is not None:
        return row.rejection
    if row.fault:
        return Rejection.of("", Unusable(Reason.MANIFEST_LINE_INVALID, row.fault), source)
    text = row.values.get(TEXT_COLUMN)
    if isinstance(text, TextFile):
        try:
            text = read_text(text, job.folder, job.limits)
        except Unusable as error:
            return Rejection.of(row_id(row, job.limits), error, source)
    pair = RawPair(
        id=row.values.get(ID_COLUMN),
        image=partial(read_image, row.values.get(IMAGE_COLUMN), job.folder, job.limits),
        text=text,
        label=row.values.get(LABEL_COLUMN),
        source=source,
        text_vector=partial(read_vector, row.values.get(VECTOR_COLUMN), job.home),
    )
    return check_sliced_pair(pair, {name: row.values.get(name) for name in job.slices}, job.limits)
