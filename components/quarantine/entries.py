"""The index of a quarantine: one entry a pair, with its reason."""

from __future__ import annotations

import collections
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from components.errors import InputError
from components.pack.summary import QUARANTINE_FILE


@dataclass(frozen=True)
class Entry:
    """One pair that was set apart.

    Attributes:
        id: Its id; empty where it has no usable one.
        reason: Why.
        detail: What was received and how to mend it.
        source: Where it stands: file and line, or file and number of the record.
        offset: Where it begins there, in bytes of the uncompressed file; None where that says nothing.
    """

    id: str
    reason: str
    detail: str
    source: str
    offset: int | None = None


def read_entries(folder: Path, reasons: Collection[str] = (), ids: Collection[str] = ()) -> Iterator[Entry]:
    """Yield the entries of a quarantine.

    Args:
        folder: A span's folder, or the quarantine of a run.
        reasons: Only these reasons; all where empty.
        ids: Only these ids; all where empty.

    Raises:
        InputError: The folder holds no quarantine, or a line of it cannot be read.
    """
    path = folder / QUARANTINE_FILE
    if not path.is_file():
        raise InputError(
            f"a quarantine must hold {QUARANTINE_FILE}. Received: {folder}, which does not. "
            "Give a span's folder, a run's folder, or --config with a run's id"
        )
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            entry = _entry(line, path, number)
            if (not reasons or entry.reason in reasons) and (not ids or entry.id in ids):
                yield entry


def count_reasons(entries: Iterable[Entry]) -> dict[str, int]:
    """Count entries by reason, the most frequent first."""
    return dict(collections.Counter(entry.reason for entry in entries).most_common())


def _entry(line: str, path: Path, number: int) -> Entry:
    try:
        row = json.loads(line)
        offset = row.get("offset")
        pair_id, reason, detail, source = (str(row[name]) for name in ("id", "reason", "detail", "source"))
        return Entry(pair_id, reason, detail, source, None if offset is None else int(offset))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"each line of a quarantine must be a JSON object with id, reason, detail and source. Received: {path}, "
            f"line {number} ({error!r}). Run the pipeline again, or pack again"
        ) from error
