"""Turn a manifest and its images into a span of paired TFRecords."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from components.errors import InputError
from components.pack.notes import ShardNotes
from components.pack.progress import show_progress
from components.pack.scan import ManifestScan, scan_manifest
from components.pack.span_folder import new_span
from components.pack.summary import PackSummary, fusegate_version
from components.pack.write_span import image_folder, write_quarantine, write_shards
from components.pairs.limits import PairLimits

if TYPE_CHECKING:
    from components.pack.write_shard import ShardJob

DEFAULT_LIMITS = PairLimits()


def pack(
    manifest: Path,
    out: Path,
    span: int,
    *,
    images: Path | None = None,
    limits: PairLimits = DEFAULT_LIMITS,
    slices: Sequence[str] = (),
    shards: int | None = None,
    overwrite: bool = False,
    beam_args: Sequence[str] = (),
    progress: bool = False,
) -> PackSummary:
    """Packs the usable pairs of a manifest into `out/span-N` and lists the others there in `quarantine.jsonl`.

    The same manifest and images give the same files, byte for byte. The span appears whole or not at all.

    Args:
        manifest: JSONL or CSV with the columns `id`, `img`, `text` and `label`, and perhaps `text_vector`; or a folder
            of images with their texts beside them, see `components.pack.read_tree`.
        out: Folder of the spans; made where it is missing.
        span: The span's number.
        images: Folder that the `img` paths start from and must stay in; the manifest's by default.
        limits: Bounds of a usable pair.
        slices: Further columns that are packed, to slice the evaluation by.
        shards: Number of record files; by default one for each 96 MiB of images.
        overwrite: Whether an existing span is replaced, with all its versions.
        beam_args: Pipeline options of Beam; without a `--runner`, the in-memory one is taken.
        progress: Whether to show progress on stderr.

    Returns:
        The counts.

    Raises:
        InputError: The manifest, or what is left of it, cannot be learnt from; or a path or option is unusable.
        FusegateError: The pipeline failed, or the manifest changed while it was read.

    Example:
        >>> pack(Path("memes/manifest.jsonl"), Path("data"), span=1).packed
        8500
    """
    folder = image_folder(manifest, images)
    scan = scan_manifest(manifest, folder, slices)
    with ExitStack() as stack:
        staging = stack.enter_context(new_span(out, span, overwrite))
        stack.enter_context(show_progress(scan.rows) if progress else nullcontext())
        job, notes = write_shards(
            manifest, folder, staging, scan, limits=limits, slices=slices, shards=shards, beam_args=beam_args
        )
        quarantined = write_quarantine(staging, [text for _, text in notes.rejections])
        if len(notes.labels) < 2:
            raise InputError(_too_few(job.manifest, notes, quarantined))
        summary = _summary(out / f"span-{span}", scan, job, notes, quarantined)
        summary.save(staging)
    return summary


def _summary(
    folder: Path, scan: ManifestScan, job: ShardJob, notes: ShardNotes, quarantined: dict[str, int]
) -> PackSummary:
    return PackSummary(
        span_folder=folder,
        fusegate=fusegate_version(),
        manifest=job.manifest,
        manifest_sha256=scan.sha256,
        ignored_columns=scan.ignored_columns,
        slices=job.slices,
        shards=job.shards,
        records=notes.records,
        read=scan.rows,
        packed=notes.written,
        labels=notes.labels,
        quarantined=quarantined,
    )


def _too_few(manifest: str, notes: ShardNotes, quarantined: dict[str, int]) -> str:
    examples: dict[str, str] = {}
    for _, text in notes.rejections:
        rejection = json.loads(text)
        examples.setdefault(rejection["reason"], f"{rejection['source']}: {rejection['detail']}")
    held = f"{notes.written:,} usable pairs, all of label {min(notes.labels)}" if notes.labels else "no usable pair"
    reasons = "".join(f"\n  {count:,} × {reason}, as {examples[reason]}" for reason, count in quarantined.items())
    return f"a span must hold usable pairs of both classes. Received: {manifest} with {held}. Set apart:{reasons}"
