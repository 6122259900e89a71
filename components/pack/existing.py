"""The pairs that a span holds already, by their ids."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tfx_bsl.coders.example_coder import ExamplesToRecordBatchDecoder

from components.errors import InputError
from components.keys import ID, LABEL
from components.pack.read_records import Record, read_records

# Whatever a span holds was bounded when it was written; this bounds what a stranger's file can claim.
_MAX_RECORD_BYTES = 1 << 28


@dataclass(frozen=True)
class Existing:
    """A pair of a span.

    Args:
        id: Its id; empty where the record has none that can be read.
        digest: SHA-256 of its record, in hex.
        file: Name of the file that it stands in.
        label: Its label, as text; empty where it has none.
    """

    id: str
    digest: str
    file: str
    label: str


def read_existing(path: Path) -> Iterator[tuple[Existing, bytes]]:
    """Yields the pairs of a record file with their records.

    Args:
        path: The file.

    Raises:
        InputError: The file is damaged.
    """
    with path.open("rb") as file:
        for item in read_records(file, path.suffix == ".gz", _MAX_RECORD_BYTES):
            if not isinstance(item, Record):
                raise InputError(
                    f"pairs are added only to a span that is whole. Received: {path}, {item.fault} at byte "
                    f"{item.offset:,}. Pack the span again, or restore the file"
                )
            pair_id, label = _id_and_label(item.data)
            digest = hashlib.sha256(item.data).hexdigest()
            yield Existing(pair_id, digest, path.name, label), item.data


def _id_and_label(record: bytes) -> tuple[str, str]:
    """Return the id and the label of a record, both as text and empty where there is none."""
    try:
        batch = ExamplesToRecordBatchDecoder().DecodeBatch([record])
    except (RuntimeError, ValueError):  # No example: ingest will set it apart.
        return "", ""
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))

    def first(name: str) -> object:
        values = columns[name].to_pylist()[0] if name in columns else None
        return values[0] if values else ""

    pair_id, label = first(ID), first(LABEL)
    return pair_id.decode("utf-8", "replace") if isinstance(pair_id, bytes) else "", str(label)
