"""Write what was set apart into a folder where it can be mended and packed again."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from components import keys
from components.errors import InputError
from components.pack.manifest import ID_COLUMN, IMAGE_COLUMN, LABEL_COLUMN, TEXT_COLUMN, VECTOR_COLUMN
from components.pack.read_records import Record, read_records
from components.pack.summary import QUARANTINE_FOLDER, QUARANTINE_RECORDS
from components.paired_example_gen.records import parse_features
from components.quarantine.entries import Entry
from components.quarantine.record import MAX_QUARANTINED_BYTES, Key, decode_quarantined

MANIFEST_FILE, REASONS_FILE = "manifest.jsonl", "reasons.jsonl"
IMAGES, TEXTS = "images", "texts"
_RECORDS = f"{QUARANTINE_RECORDS}-*.tfrecord.gz"
_OURS = (keys.ID, keys.IMAGE, keys.TEXT, keys.LABEL, keys.TEXT_VECTOR)
_SUFFIXES = {
    b"\xff\xd8\xff": "jpg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"GIF8": "gif",
    b"RIFF": "webp",
    b"BM": "bmp",
}


@dataclass(frozen=True)
class Export:
    """What was exported.

    Attributes:
        manifest: The manifest, which `fusegate pack` reads.
        written: Pairs in it.
        without_record: Entries whose pair is not in the quarantine: nothing of it could be read.
    """

    manifest: Path
    written: int
    without_record: int


def export_quarantine(
    folder: Path, entries: Sequence[Entry], target: Path, names: Mapping[str, str] | None = None
) -> Export:
    """Export pairs as images, texts and a manifest. The folder appears whole or not at all.

    Files are named by their number: an id, which comes from a stranger, never becomes a path. Beside the manifest
    `reasons.jsonl` tells what is wrong with each pair, and `texts` holds each text's own bytes.

    Args:
        folder: The quarantine of a run, or a span.
        entries: What to export.
        target: The folder to make; it must be missing or empty.
        names: What the features are called in the records, by our own names.

    Raises:
        InputError: The target is not empty or cannot be written to.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"an export must go to a new or empty folder. Received: {target}. Take another --export")
    staging = target.with_name(f".{target.name}.partial")
    try:
        shutil.rmtree(staging, ignore_errors=True)
        for name in (IMAGES, TEXTS):
            (staging / name).mkdir(parents=True)
        export = _write(folder, entries, staging, target, names or {})
        if target.exists():
            target.rmdir()
        staging.rename(target)
    except OSError as error:
        raise InputError(f"an export must go to a folder that is writable. Received: {target} ({error})") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return export


def _write(folder: Path, entries: Sequence[Entry], staging: Path, target: Path, names: Mapping[str, str]) -> Export:
    wanted: dict[Key, list[Entry]] = defaultdict(list)
    for entry in reversed(entries):  # The first is taken first, from the end.
        wanted[entry.source, entry.reason, entry.id].append(entry)
    written = 0
    with (staging / MANIFEST_FILE).open("w") as manifest, (staging / REASONS_FILE).open("w") as reasons:
        for key, record in _read_originals(folder):
            if not wanted[key] or not record:
                continue
            entry = wanted[key].pop()
            written += 1
            row = _row(record, written, staging, names)
            manifest.write(json.dumps(row) + "\n")
            reasons.write(json.dumps({"line": written, **asdict(entry)}) + "\n")
    return Export(target / MANIFEST_FILE, written, len(entries) - written)


def _read_originals(folder: Path) -> Iterator[tuple[Key, bytes]]:
    """Read the key and the original bytes of each pair that the quarantine of a span or of a run holds."""
    for path in sorted([*folder.glob(_RECORDS), *folder.glob(f"{QUARANTINE_FOLDER}/{_RECORDS}")]):
        with path.open("rb") as file:
            for item in read_records(file, True, MAX_QUARANTINED_BYTES):
                if isinstance(item, Record):
                    yield decode_quarantined(item.data)


def _row(record: bytes, number: int, staging: Path, names: Mapping[str, str]) -> dict[str, Any]:
    """Write a pair's files and return its row of the manifest; what the record lacks, the row lacks."""
    features = parse_features(record)
    taken = {ours: names.get(ours, ours) if names.get(ours, ours) in features else ours for ours in _OURS}
    row: dict[str, Any] = {}
    if pair_id := _bytes(features, taken[keys.ID]):
        row[ID_COLUMN] = pair_id.decode("utf-8", "surrogateescape")
    if image := _bytes(features, taken[keys.IMAGE]):
        suffix = next((suffix for start, suffix in _SUFFIXES.items() if image.startswith(start)), "bin")
        row[IMAGE_COLUMN] = f"{IMAGES}/{number:06d}.{suffix}"
        (staging / row[IMAGE_COLUMN]).write_bytes(image)
    if taken[keys.TEXT] in features:
        text = _bytes(features, taken[keys.TEXT])
        (staging / TEXTS / f"{number:06d}.txt").write_bytes(text)
        row[TEXT_COLUMN] = text.decode("utf-8", "surrogateescape")
    for ours, column in ((keys.LABEL, LABEL_COLUMN), (keys.TEXT_VECTOR, VECTOR_COLUMN)):
        if values := _values(features, taken[ours]):
            row[column] = values[0] if len(values) == 1 and ours == keys.LABEL else values
    for name in sorted(features.keys() - set(taken.values())):
        values = _values(features, name)
        row.setdefault(name, values[0] if len(values) == 1 else values)
    return row


def _bytes(features: Mapping[str, Any], name: str) -> bytes:
    values = features[name].bytes_list.value if name in features else ()
    return values[0] if values else b""


def _values(features: Mapping[str, Any], name: str) -> list[Any]:
    kind = features[name].WhichOneof("kind") if name in features else None
    values = list(getattr(features[name], kind).value) if kind else []
    return [value.decode("utf-8", "surrogateescape") for value in values] if kind == "bytes_list" else values
