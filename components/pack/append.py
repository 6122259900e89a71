"""Add pairs to a span that is there, as its next version."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from components.pack.notes import ShardNotes
from components.pack.progress import show_progress
from components.pack.record_file import RecordFile
from components.pack.scan import ManifestScan, scan_manifest
from components.pack.span_folder import NewVersion, new_version
from components.pack.span_names import is_records
from components.pack.summary import (
    PACK_FILE,
    QUARANTINE_FILE,
    QUARANTINE_FOLDER,
    QUARANTINE_RECORDS,
    Appended,
    PackSummary,
    fusegate_version,
)
from components.pack.write_span import image_folder, write_quarantine, write_shards
from components.pairs.limits import PairLimits

if TYPE_CHECKING:
    from components.pack.existing import Existing
    from components.pack.write_shard import ShardJob

DEFAULT_LIMITS = PairLimits()


def append(
    manifest: Path,
    out: Path,
    span: int,
    *,
    images: Path | None = None,
    limits: PairLimits = DEFAULT_LIMITS,
    slices: Sequence[str] = (),
    shards: int | None = None,
    beam_args: Sequence[str] = (),
    progress: bool = False,
) -> PackSummary:
    """Packs the usable pairs of a manifest and all that the span's newest version holds into its next version.

    A pair whose id the span holds takes that one's place; one that it holds with the same content is left as it is,
    so that the same command twice adds nothing twice, and the second time makes no version at all. What the quarantine
    says of an id is replaced by what became of it now. The version appears whole or not at all.

    The arguments are those of `components.pack.pack.pack`, but the pairs may be of one class, and `shards` is the
    number of record files for these pairs.

    Returns:
        The counts of the whole version, and in `appended` those of what was added.

    Raises:
        InputError: There is no such span, it is damaged, the manifest cannot be read, or an option is unusable.
        FusegateError: The pipeline failed, or the manifest changed while it was read.

    Example:
        >>> append(Path("mended.jsonl"), Path("data"), span=1).appended.added
        7
    """
    folder = image_folder(manifest, images)
    scan = scan_manifest(manifest, folder, slices, one_class_will_do=True)
    with ExitStack() as stack:
        version = stack.enter_context(new_version(out, span))
        stack.enter_context(show_progress(scan.rows) if progress else nullcontext())
        existing = list(_existing(version.before))
        job, notes = write_shards(
            manifest,
            folder,
            version.staging,
            scan,
            limits=limits,
            slices=slices,
            shards=shards,
            beam_args=beam_args,
            prefix=f"pairs-{version.name}",
            existing=existing,
        )
        summary = _make_version(version, scan, job, notes, existing)
        summary.save(version.staging)
    return summary


def _make_version(
    version: NewVersion, scan: ManifestScan, job: ShardJob, notes: ShardNotes, existing: Sequence[Existing]
) -> PackSummary:
    """Bring what the version before held into the new one, beside what was packed, and count both."""
    _carry_over(version, notes.replaced)
    quarantined, mended = _renew_quarantine(version, notes)
    version.wanted = bool(notes.written) or _quarantine_changed(version)
    labels, records = _held(version, existing, notes)
    return PackSummary(
        span_folder=version.staging.parent / version.name if version.wanted else version.before,
        fusegate=fusegate_version(),
        manifest=job.manifest,
        manifest_sha256=scan.sha256,
        ignored_columns=scan.ignored_columns,
        slices=tuple(sorted({*job.slices, *_slices(version.before)})),
        shards=len(records),
        records=dict(sorted(records.items())),
        read=records.total() + sum(quarantined.values()),
        packed=records.total(),
        labels=dict(sorted(labels.items())),
        quarantined=quarantined,
        appended=_appended(version, notes, mended),
    )


def _held(version: NewVersion, existing: Iterable[Existing], notes: ShardNotes) -> tuple[Counter[str], Counter[str]]:
    """Count the pairs of the new version, by label and by file."""
    gone = {(file, pair_id) for file, ids in notes.replaced.items() for pair_id in ids}
    kept = [each for each in existing if (each.file, each.id) not in gone]
    labels = Counter(notes.labels) + Counter(each.label for each in kept if each.label)
    records = Counter({path.name: 0 for path in version.staging.iterdir() if is_records(path.name)})
    records.update(notes.records)
    records.update(each.file for each in kept)
    return labels, records


def _appended(version: NewVersion, notes: ShardNotes, mended: int) -> Appended:
    replaced = len({pair_id for ids in notes.replaced.values() for pair_id in ids})
    return Appended(
        before=version.before.name if version.number == 1 else f"{version.before.parent.name}/{version.before.name}",
        added=notes.written - replaced,
        replaced=replaced,
        unchanged=notes.unchanged,
        mended=mended,
    )


def _existing(folder: Path) -> Iterator[Existing]:
    from components.pack.existing import read_existing

    for path in sorted(folder.iterdir()):
        if is_records(path.name):
            yield from (existing for existing, _ in read_existing(path))


def _carry_over(version: NewVersion, replaced: Mapping[str, Collection[str]]) -> None:
    """Bring the record files of the version before into the new one, without the pairs that were replaced."""
    from components.pack.existing import read_existing

    for path in version.before.iterdir():
        if not is_records(path.name):
            continue
        target = version.staging / path.name
        if path.name in replaced:
            gone = set(replaced[path.name])
            with RecordFile(target.open("wb")) as file:
                for existing, record in read_existing(path):
                    if existing.id not in gone:
                        file.write(record)
        else:
            try:
                os.link(path, target)
            except OSError:  # Not every file system has links.
                shutil.copy2(path, target)


def _renew_quarantine(version: NewVersion, notes: ShardNotes) -> tuple[dict[str, int], int]:
    """Write what the new version sets apart; return it by reason, and how many entries are no longer true."""
    before = _lines(version.before / QUARANTINE_FILE)
    still = list(_still_true(before, notes))
    _carry_over_quarantine(version, still)
    quarantined = write_quarantine(version.staging, [*still, *(text for _, text in notes.rejections)])
    return quarantined, len(before) - len(still)


def _quarantine_changed(version: NewVersion) -> bool:
    before, now = (sorted(_lines(folder / QUARANTINE_FILE)) for folder in (version.before, version.staging))
    return before != now


def _carry_over_quarantine(version: NewVersion, still: Iterable[str]) -> None:
    """Bring what the version before had set apart into the new one, as far as it still is."""
    from components.pack.read_records import Record, read_records
    from components.quarantine.record import MAX_QUARANTINED_BYTES, decode_quarantined

    left = Counter((row["source"], row["reason"], row["id"]) for row in map(json.loads, still))
    for path in sorted((version.before / QUARANTINE_FOLDER).glob(f"{QUARANTINE_RECORDS}-*")):
        target = version.staging / QUARANTINE_FOLDER / path.name
        target.parent.mkdir(exist_ok=True)
        with path.open("rb") as source, RecordFile(target.open("wb")) as file:
            for item in read_records(source, path.suffix == ".gz", MAX_QUARANTINED_BYTES):
                if isinstance(item, Record) and left[key := decode_quarantined(item.data)[0]]:
                    left[key] -= 1
                    file.write(item.data)


def _still_true(before: Iterable[str], notes: ShardNotes) -> Iterator[str]:
    """Yield the quarantine's lines about pairs of which nothing new is known."""
    ids = set(notes.ids) - {""}
    again = {text for _, text in notes.rejections}
    for line in before:
        if line not in again and json.loads(line)["id"] not in ids:
            yield line


def _slices(folder: Path) -> list[str]:
    path = folder / PACK_FILE
    return json.loads(path.read_text()).get("slices", []) if path.exists() else []


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
