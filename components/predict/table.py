"""The table that scoring writes: its columns, and its parts put together as one file."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from components import keys
from components.errors import InputError

JSONL_SUFFIXES = (".jsonl", ".ndjson")
SUFFIXES = (*JSONL_SUFFIXES, ".csv", ".parquet")
TEXTS = (keys.ID, "source", "served", "drove", "error", "detail")
WHOLE = (keys.DECISION, keys.IMAGE_USED, keys.TEXT_USED)
COLUMNS = (
    *(keys.ID, "source", *keys.OUTPUTS, "served", keys.PROBABILITY, keys.DECISION, "drove"),
    *("pull_image", "pull_text", "pull_interaction", keys.IMAGE_USED, keys.TEXT_USED, "error", "detail"),
)
_ROWS_AT_ONCE = 10_000


def check_suffix(path: Path) -> None:
    """Refuse a file whose name says no known kind.

    Raises:
        InputError: The suffix is unknown.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"--out must end in {', '.join(SUFFIXES)}. Received: {path.name}. Rename it")


def write_table(parts: Sequence[Path], target: Path) -> None:
    """Put parts, JSON lines each, together as one file.

    Args:
        parts: The parts' files in order.
        target: The file to write; its suffix says of which kind: JSON lines, CSV or Parquet.
    """
    suffix = target.suffix.lower()
    if suffix in JSONL_SUFFIXES:
        _write_jsonl(parts, target)
    elif suffix == ".csv":
        _write_csv(parts, target)
    else:
        _write_parquet(parts, target)


def _write_jsonl(parts: Sequence[Path], target: Path) -> None:
    with target.open("wb") as file:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, file)


def _write_csv(parts: Sequence[Path], target: Path) -> None:
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_rows(parts))


def _write_parquet(parts: Sequence[Path], target: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {**dict.fromkeys(TEXTS, pa.string()), **dict.fromkeys(WHOLE, pa.int64())}
    schema = pa.schema([(name, kinds.get(name, pa.float64())) for name in COLUMNS])
    rows = _rows(parts)
    with parquet.ParquetWriter(target, schema) as writer:
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            writer.write_table(pa.Table.from_pylist(some, schema=schema))


def _rows(parts: Sequence[Path]) -> Iterator[dict[str, Any]]:
    for part in parts:
        with part.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
