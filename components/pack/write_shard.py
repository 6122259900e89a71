"""Write one shard of a span: check its pairs, keep the usable ones, set the others apart."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.io.tfrecordio import _TFRecordUtil

from components.pack.example import encode_example
from components.pack.manifest import (
    ID_COLUMN,
    IMAGE_COLUMN,
    LABEL_COLUMN,
    TEXT_COLUMN,
    VECTOR_COLUMN,
    ManifestRow,
)
from components.pack.progress import PROGRESS
from components.pack.read_image import read_image
from components.pack.read_vector import read_vector
from components.pairs.check_pair import check_pair
from components.pairs.clean_id import clean_id
from components.pairs.limits import PairLimits
from components.pairs.pair import CheckedPair, RawPair
from components.pairs.reasons import Reason
from components.pairs.rejection import Rejection
from components.pairs.unusable import Unusable

REJECTIONS_SUFFIX = ".rejections.jsonl"
COUNTS_SUFFIX = ".counts.json"


@dataclass(frozen=True)
class ShardJob:
    """What every shard of one span has in common.

    Args:
        manifest: The manifest's name, without its folder.
        folder: Folder of the images, resolved.
        home: Folder of the manifest, which vectors in files stay in, resolved.
        target: Folder that takes the records.
        notes: Folder that takes each shard's rejections and counts.
        shards: How many shards there are.
        limits: Bounds of a usable pair.
    """

    manifest: str
    folder: Path
    home: Path
    target: Path
    notes: Path
    shards: int
    limits: PairLimits


def shard_of(row: ManifestRow, job: ShardJob) -> int:
    """Returns the shard a row belongs to: equal ids share one, whatever else the manifest holds."""
    try:
        key = clean_id(row.values.get(ID_COLUMN), job.limits)
    except Unusable:
        key = f"line {row.line}"
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % job.shards


def write_shard(shard: int, rows: Iterable[ManifestRow], job: ShardJob) -> None:
    """Writes a shard's records, in the manifest's order, and beside them what was set apart and the counts.

    One image is in memory at a time: Beam's own sink would gather a shard's records first, so only its framing of
    records is used. Of several usable pairs with one id the first is kept.

    Args:
        shard: The shard's number, from 0.
        rows: Its rows, in any order.
        job: What all shards have in common.
    """
    labels: Counter[int] = Counter()
    records = job.target / f"pairs-{shard:05d}-of-{job.shards:05d}.tfrecord.gz"
    with (
        FileSystems.create(str(records), compression_type=CompressionTypes.GZIP) as file,
        _notes(job, shard, REJECTIONS_SUFFIX).open("w") as rejections,
    ):
        for outcome in _outcomes(rows, job):
            if isinstance(outcome, Rejection):
                rejections.write(outcome.to_json() + "\n")
            else:
                _TFRecordUtil.write_record(file, encode_example(outcome))
                labels[outcome.label] += 1
            PROGRESS.advance()
    _notes(job, shard, COUNTS_SUFFIX).write_text(json.dumps(labels))


def _notes(job: ShardJob, shard: int, suffix: str) -> Path:
    return job.notes / f"{shard:05d}{suffix}"


def _outcomes(rows: Iterable[ManifestRow], job: ShardJob) -> Iterator[CheckedPair | Rejection]:
    kept: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: row.line):
        outcome = _check_row(row, job)
        if isinstance(outcome, CheckedPair):
            if outcome.id in kept:
                error = Unusable(Reason.ID_DUPLICATE, f"The id stands already at {kept[outcome.id]}")
                outcome = Rejection.of(outcome.id, error, outcome.source)
            else:
                kept[outcome.id] = outcome.source
        yield outcome


def _check_row(row: ManifestRow, job: ShardJob) -> CheckedPair | Rejection:
    source = f"{job.manifest}:{row.line}"
    if row.fault:
        return Rejection.of("", Unusable(Reason.MANIFEST_LINE_INVALID, row.fault), source)
    pair = RawPair(
        id=row.values.get(ID_COLUMN),
        image=partial(read_image, row.values.get(IMAGE_COLUMN), job.folder, job.limits),
        text=row.values.get(TEXT_COLUMN),
        label=row.values.get(LABEL_COLUMN),
        source=source,
        text_vector=partial(read_vector, row.values.get(VECTOR_COLUMN), job.home),
    )
    return check_pair(pair, job.limits)
