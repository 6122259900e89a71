"""Read a manifest of pairs, row by row."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from components.errors import InputError
from components.pairs.rejection import Rejection

ID_COLUMN, IMAGE_COLUMN, TEXT_COLUMN, LABEL_COLUMN = "id", "img", "text", "label"
COLUMNS = (ID_COLUMN, IMAGE_COLUMN, TEXT_COLUMN, LABEL_COLUMN)
VECTOR_COLUMN = "text_vector"
JSONL_SUFFIXES = (".jsonl", ".ndjson", ".json")
MAX_LINE_CHARS = 1 << 20


@dataclass(frozen=True)
class ManifestRow:
    """One row of a manifest, its values not yet checked.

    Args:
        line: Number of the row's first line, from 1.
        values: Values by column; empty where the row cannot be read.
        fault: Why the row cannot be read, as a sentence without its full stop; empty where it can.
        name: Where the row stands, if not in the line of a manifest.
        rejection: Why the row is no pair, where more is known of it than a fault of its line.
        offset: Where the row begins, in bytes of the manifest; None if it does not stand in one.
    """

    line: int
    values: dict[str, object] = field(default_factory=dict)
    fault: str = ""
    name: str = ""
    rejection: Rejection | None = None
    offset: int | None = None


class _LineTooLong(Exception):
    pass


class _Lines:
    """The lines of a file, of bounded length; counts them, and the bytes to where the last one begins and ends."""

    def __init__(self, file: TextIO, offset: int):
        self._file = file
        self.number = 0
        self.offset = self.end = offset

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        self.offset = self.end
        line = self._read()
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) < MAX_LINE_CHARS:
            return line
        while len(line) == MAX_LINE_CHARS and not line.endswith("\n"):
            line = self._read()
        raise _LineTooLong(f"The line has {MAX_LINE_CHARS:,} characters or more")

    def _read(self) -> str:
        line = self._file.readline(MAX_LINE_CHARS)
        self.end += len(line.encode("utf-8", "surrogateescape"))
        return line


def read_manifest(path: Path) -> Iterator[ManifestRow]:
    """Yields the rows of a manifest; blank lines are passed over, a row that cannot be read says so.

    Bytes that are not UTF-8 are kept as lone surrogates, so that only the pair they stand in is lost.

    Args:
        path: A `.csv` file with a header, or a file with one JSON object a line.

    Raises:
        InputError: The file's suffix is of neither, or the CSV header names a column twice.

    Example:
        >>> next(read_manifest(Path("memes.jsonl"))).values["label"]
        1
    """
    suffix = path.suffix.lower()
    if suffix != ".csv" and suffix not in JSONL_SUFFIXES:
        raise InputError(
            f"a manifest must end in .csv or {', '.join(JSONL_SUFFIXES)}. Received: {path.name}. "
            "Rename it, or export it as one of these"
        )
    with path.open("rb") as start:
        begin = len(codecs.BOM_UTF8) if start.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8 else 0
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = _Lines(file, begin)
        yield from _csv_rows(lines, path) if suffix == ".csv" else _json_rows(lines)


def _json_rows(lines: _Lines) -> Iterator[ManifestRow]:
    while True:
        try:
            line = next(lines)
            if line.strip():
                yield _json_row(lines, json.loads(line))
        except StopIteration:
            return
        except _LineTooLong as error:
            yield ManifestRow(lines.number, fault=str(error), offset=lines.offset)
        except json.JSONDecodeError as error:
            fault = f"The line is not JSON ({error.msg} at column {error.colno})"
            yield ManifestRow(lines.number, fault=fault, offset=lines.offset)
        except (ValueError, RecursionError) as error:
            yield ManifestRow(lines.number, fault=f"The line cannot be read ({error})", offset=lines.offset)


def _json_row(lines: _Lines, value: object) -> ManifestRow:
    if isinstance(value, dict):
        return ManifestRow(lines.number, value, offset=lines.offset)
    fault = f"The line holds a JSON {type(value).__name__}, not an object"
    return ManifestRow(lines.number, fault=fault, offset=lines.offset)


def _csv_rows(lines: _Lines, path: Path) -> Iterator[ManifestRow]:
    reader = csv.reader(lines, strict=True)
    header: list[str] = []
    while True:
        first, offset = lines.number + 1, lines.end
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _LineTooLong) as error:
            yield ManifestRow(first, fault=f"The row cannot be read ({error})", offset=offset)
            continue
        if not header:
            header = _header(cells, path)
        elif len(cells) == len(header):
            yield ManifestRow(first, dict(zip(header, cells, strict=True)), offset=offset)
        elif cells:
            fault = f"The row has {len(cells)} cells, the header {len(header)}"
            yield ManifestRow(first, fault=fault, offset=offset)


def _header(cells: list[str], path: Path) -> list[str]:
    header = [cell.strip() for cell in cells]
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise InputError(f"a CSV header must name each column once. Received: {', '.join(twice)} twice in {path.name}")
    return header
