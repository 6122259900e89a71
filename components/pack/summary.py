"""What packing came to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACK_FILE = "pack.json"
QUARANTINE_FILE = "quarantine.jsonl"
# Folder in a span of the records that packing set apart, and what the names of such files begin with anywhere.
QUARANTINE_FOLDER = "quarantine"
QUARANTINE_RECORDS = "records"


@dataclass(frozen=True)
class Appended:
    """What adding pairs to a span came to.

    Args:
        before: The version that they were added to, as `span-1` or `span-1/v2`.
        added: Pairs that the span did not hold.
        replaced: Pairs that stand in the place of one with the same id.
        unchanged: Pairs that the span held already.
        mended: Entries of its quarantine that are no longer true.
    """

    before: str
    added: int
    replaced: int
    unchanged: int
    mended: int


@dataclass(frozen=True)
class PackSummary:
    """The counts of one span; `read` is `packed` plus the sum of `quarantined`.

    Args:
        span_folder: The folder of the span.
        fusegate: Version that packed it.
        manifest: The manifest's name, without its folder.
        manifest_sha256: Of the manifest's bytes, in hex.
        ignored_columns: Columns of the manifest that are not read.
        slices: Columns that are packed to slice the evaluation by.
        shards: Number of record files.
        records: Pairs in each record file.
        read: Rows of the manifest; where pairs were added, those before as well.
        packed: Pairs in the records.
        labels: Packed pairs by label, "0" and "1".
        quarantined: Pairs set apart by reason, most frequent first.
        appended: What was added to a span that was there; None for a new span.
    """

    span_folder: Path
    fusegate: str
    manifest: str
    manifest_sha256: str
    ignored_columns: tuple[str, ...]
    slices: tuple[str, ...]
    shards: int
    records: dict[str, int]
    read: int
    packed: int
    labels: dict[str, int]
    quarantined: dict[str, int]
    appended: Appended | None = None

    @property
    def quarantine(self) -> Path:
        """The file that lists what was set apart."""
        return self.span_folder / QUARANTINE_FILE

    def save(self, folder: Path) -> None:
        """Write the span's `pack.json` into a folder."""
        (folder / PACK_FILE).write_text(json.dumps(self.to_dict(), indent=2) + "\n")

    def to_dict(self) -> dict[str, Any]:
        """Returns the content of the span's `pack.json`: everything but where the span is."""
        values = asdict(self)
        del values["span_folder"]
        if self.appended is None:
            del values["appended"]
        return values


def fusegate_version() -> str:
    """Returns the version of Fusegate that is running."""
    try:
        return version("fusegate")
    except PackageNotFoundError:
        return "not installed"
