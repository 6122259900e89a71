"""What packing a manifest came to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PACK_FILE = "pack.json"
QUARANTINE_FILE = "quarantine.jsonl"


@dataclass(frozen=True)
class PackSummary:
    """The counts of one span; `read` is `packed` plus the sum of `quarantined`.

    Args:
        span_folder: The folder of the span.
        fusegate: Version that packed it.
        manifest: The manifest's name, without its folder.
        manifest_sha256: Of the manifest's bytes, in hex.
        ignored_columns: Columns of the manifest that are not read.
        shards: Number of record files.
        read: Rows of the manifest.
        packed: Pairs in the records.
        labels: Packed pairs by label, "0" and "1".
        quarantined: Pairs set apart by reason, most frequent first.
    """

    span_folder: Path
    fusegate: str
    manifest: str
    manifest_sha256: str
    ignored_columns: tuple[str, ...]
    shards: int
    read: int
    packed: int
    labels: dict[str, int]
    quarantined: dict[str, int]

    @property
    def quarantine(self) -> Path:
        """The file that lists what was set apart."""
        return self.span_folder / QUARANTINE_FILE

    def to_dict(self) -> dict[str, Any]:
        """Returns the content of the span's `pack.json`: everything but where the span is."""
        values = asdict(self)
        del values["span_folder"]
        return values
