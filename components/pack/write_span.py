"""Write the shards of a span, or of pairs that are added to one, and account for every row."""

from __future__ import annotations

import json
import math
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from components.errors import FusegateError, InputError
from components.pack.notes import ShardNotes, read_notes
from components.pack.progress import PROGRESS
from components.pack.scan import ManifestScan
from components.pack.summary import QUARANTINE_FILE
from components.pairs.limits import PairLimits
from components.quiet import quiet_logs

if TYPE_CHECKING:
    from components.pack.existing import Existing
    from components.pack.write_shard import ShardJob

SHARD_BYTES = 96 * 1024 * 1024


def image_folder(source: Path, images: Path | None) -> Path:
    """Returns the folder that image paths start from, resolved.

    Args:
        source: The manifest, or the folder tree.
        images: The folder that was asked for; None for the manifest's.

    Raises:
        InputError: A folder was asked for beside a folder tree.
    """
    if not source.is_dir():
        return (images or source.parent).resolve()
    if images is not None:
        raise InputError(
            f"a folder tree holds its own images. Received: {source} and --images {images}. Leave --images out"
        )
    return source.resolve()


def write_shards(
    source: Path,
    folder: Path,
    staging: Path,
    scan: ManifestScan,
    *,
    limits: PairLimits,
    slices: Sequence[str],
    shards: int | None,
    beam_args: Sequence[str],
    prefix: str = "pairs",
    existing: Sequence[Existing] | None = None,
) -> tuple[ShardJob, ShardNotes]:
    """Writes the record files of a span and returns what all of them have in common, and what became of the rows.

    Args:
        source: The manifest, or the folder tree.
        folder: The folder that image paths start from, resolved.
        staging: The folder that is written into.
        scan: What a look at the manifest told.
        limits: Bounds of a usable pair.
        slices: Further columns that are packed.
        shards: Number of record files; None for one for each 96 MiB of images.
        beam_args: Pipeline options of Beam.
        prefix: What the names of the record files begin with.
        existing: The pairs of the span that these are added to; None for a new span.

    Raises:
        FusegateError: The pipeline failed, or a row was lost.
    """
    PROGRESS.start()
    quiet_logs()
    from components.pack.run_pipeline import run_pipeline
    from components.pack.write_shard import ShardJob

    notes = staging / "notes"
    notes.mkdir()
    job = ShardJob(
        manifest=source.resolve().name,
        folder=folder,
        home=folder if source.is_dir() else source.parent.resolve(),
        target=staging.resolve(),
        notes=notes.resolve(),
        shards=shards or max(1, math.ceil(scan.image_bytes / SHARD_BYTES)),
        limits=limits,
        slices=tuple(slices),
        prefix=prefix,
        adds=existing is not None,
    )
    run_pipeline(source.resolve(), job, beam_args, existing or ())
    written = read_notes(notes.iterdir())
    shutil.rmtree(notes)
    if written.written + written.unchanged + len(written.rejections) != scan.rows:
        raise FusegateError(
            f"every row must be packed or set apart. Received: {scan.rows:,} rows, {written.written:,} packed, "
            f"{len(written.rejections):,} set apart. Has {job.manifest} changed meanwhile? Pack it again"
        )
    return job, written


def write_quarantine(folder: Path, rejections: Iterable[str]) -> dict[str, int]:
    """Writes a span's quarantine and returns its counts by reason, most frequent first.

    Args:
        folder: The folder that takes it.
        rejections: The rejections as JSON.
    """
    counts: Counter[str] = Counter()
    with (folder / QUARANTINE_FILE).open("w") as file:
        for line in rejections:
            counts[json.loads(line)["reason"]] += 1
            file.write(f"{line}\n")
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
