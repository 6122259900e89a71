"""Turn a manifest and its images into a span of paired TFRecords."""

from __future__ import annotations

import json
import math
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from components.errors import FusegateError, InputError
from components.pack.progress import PROGRESS, show_progress
from components.pack.scan import ManifestScan, scan_manifest
from components.pack.span_folder import new_span
from components.pack.summary import PACK_FILE, QUARANTINE_FILE, PackSummary
from components.pairs.limits import PairLimits
from components.quiet import quiet_logs

if TYPE_CHECKING:
    from components.pack.write_shard import ShardJob

DEFAULT_LIMITS = PairLimits()
SHARD_BYTES = 96 * 1024 * 1024


def pack(
    manifest: Path,
    out: Path,
    span: int,
    *,
    images: Path | None = None,
    limits: PairLimits = DEFAULT_LIMITS,
    shards: int | None = None,
    overwrite: bool = False,
    beam_args: Sequence[str] = (),
    progress: bool = False,
) -> PackSummary:
    """Packs the usable pairs of a manifest into `out/span-N` and lists the others there in `quarantine.jsonl`.

    The same manifest and images give the same files, byte for byte. The span appears whole or not at all.

    Args:
        manifest: JSONL or CSV with the columns `id`, `img`, `text` and `label`, and perhaps `text_vector`.
        out: Folder of the spans; made where it is missing.
        span: The span's number.
        images: Folder that the `img` paths start from and must stay in; the manifest's by default.
        limits: Bounds of a usable pair.
        shards: Number of record files; by default one for each 96 MiB of images.
        overwrite: Whether an existing span is replaced.
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
    folder = (images or manifest.parent).resolve()
    scan = scan_manifest(manifest, folder)
    PROGRESS.start()
    with ExitStack() as stack:
        staging = stack.enter_context(new_span(out, span, overwrite))
        stack.enter_context(show_progress(scan.rows) if progress else nullcontext())
        quiet_logs()
        from components.pack.run_pipeline import run_pipeline
        from components.pack.write_shard import ShardJob

        count = shards or max(1, math.ceil(scan.image_bytes / SHARD_BYTES))
        notes = staging / "notes"
        notes.mkdir()
        job = ShardJob(
            manifest.name, folder, manifest.parent.resolve(), staging.resolve(), notes.resolve(), count, limits
        )
        run_pipeline(manifest.resolve(), job, beam_args)
        summary = _summarise(out / f"span-{span}", job, scan)
        shutil.rmtree(notes)
        (staging / PACK_FILE).write_text(json.dumps(summary.to_dict(), indent=2) + "\n")
    return summary


def _summarise(span_folder: Path, job: ShardJob, scan: ManifestScan) -> PackSummary:
    from components.pack.write_shard import COUNTS_SUFFIX

    quarantined, examples = _merge_rejections(job)
    labels: Counter[str] = Counter()
    for counts in sorted(job.notes.glob(f"*{COUNTS_SUFFIX}")):
        labels.update(json.loads(counts.read_text()))
    packed = labels.total()
    if packed + quarantined.total() != scan.rows:
        raise FusegateError(
            f"every row must be packed or set apart. Received: {scan.rows:,} rows, {packed:,} packed, "
            f"{quarantined.total():,} set apart. Has {job.manifest} changed meanwhile? Pack it again"
        )
    if len(labels) < 2:
        raise InputError(_too_few(job, labels, quarantined, examples))
    return PackSummary(
        span_folder=span_folder,
        fusegate=_version(),
        manifest=job.manifest,
        manifest_sha256=scan.sha256,
        ignored_columns=scan.ignored_columns,
        shards=job.shards,
        read=scan.rows,
        packed=packed,
        labels=dict(sorted(labels.items())),
        quarantined=dict(sorted(quarantined.items(), key=lambda item: (-item[1], item[0]))),
    )


def _version() -> str:
    try:
        return version("fusegate")
    except PackageNotFoundError:
        return "not installed"


def _merge_rejections(job: ShardJob) -> tuple[Counter[str], dict[str, str]]:
    """Writes the shards' rejections as one file in the manifest's order; returns counts and an example by reason."""
    from components.pack.write_shard import REJECTIONS_SUFFIX

    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    lines = [line for path in job.notes.glob(f"*{REJECTIONS_SUFFIX}") for line in path.read_text().splitlines()]
    rejections = sorted(map(json.loads, lines), key=lambda rejection: int(rejection["source"].rpartition(":")[2]))
    with (job.target / QUARANTINE_FILE).open("w") as merged:
        for rejection in rejections:
            counts[rejection["reason"]] += 1
            examples.setdefault(rejection["reason"], f"{rejection['source']}: {rejection['detail']}")
            merged.write(json.dumps(rejection) + "\n")
    return counts, examples


def _too_few(job: ShardJob, labels: Counter[str], quarantined: Counter[str], examples: dict[str, str]) -> str:
    held = f"{labels.total():,} usable pairs, all of label {min(labels)}" if labels else "no usable pair"
    reasons = "".join(f"\n  {count:,} × {reason}, as {examples[reason]}" for reason, count in quarantined.most_common())
    return f"a span must hold usable pairs of both classes. Received: {job.manifest} with {held}. Set apart:{reasons}"
