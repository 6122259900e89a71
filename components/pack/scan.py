"""Look a manifest, or a folder tree, over before anything is written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from components.errors import InputError
from components.pack.manifest import COLUMNS, IMAGE_COLUMN, LABEL_COLUMN, VECTOR_COLUMN
from components.pack.read_rows import read_rows
from components.pairs.clean_label import clean_label
from components.pairs.unusable import Unusable

_MOST_NAMES = 20


@dataclass(frozen=True)
class ManifestScan:
    """What a pass over a manifest tells, its images unopened.

    Args:
        sha256: Of the manifest's bytes, or of the names and values in the tree, in hex.
        rows: Rows that hold something, readable or not.
        ignored_columns: Names of columns that are not read, at most 20, sorted.
        image_bytes: Sum of the sizes of the image files that are there.
    """

    sha256: str
    rows: int
    ignored_columns: tuple[str, ...]
    image_bytes: int


def scan_manifest(
    manifest: Path, folder: Path, slices: Sequence[str] = (), one_class_will_do: bool = False
) -> ManifestScan:
    """Reads a manifest once and refuses one that nothing can be learnt from.

    Args:
        manifest: The manifest, or the folder tree.
        folder: The folder that image paths start from.
        slices: Further columns that are read.
        one_class_will_do: Whether the pairs join others, so that they need not be of both classes.

    Raises:
        InputError: The manifest cannot be read, is empty, lacks a column, or has usable labels of one class only.
    """
    if not manifest.exists():
        raise InputError(
            f"the manifest must be a file or a folder. Received: {manifest}. Give the path of a JSONL or CSV file"
        )
    rows, image_bytes = 0, 0
    columns: set[str] = set()
    labels: set[int] = set()
    fault, bad_label = "", ""
    digest = hashlib.sha256()
    for row in read_rows(manifest):
        rows += 1
        if row.name:
            digest.update(f"{row!r}\n".encode("utf-8", "backslashreplace"))
        fault = fault or (f"line {row.line}: {row.fault}" if row.fault else "")
        columns |= row.values.keys() if len(columns) < _MOST_NAMES else row.values.keys() & {*COLUMNS, *slices}
        image_bytes += _size(folder, row.values.get(IMAGE_COLUMN))
        try:
            labels.add(clean_label(row.values.get(LABEL_COLUMN)))
        except Unusable as error:
            bad_label = bad_label or f"line {row.line}: {error}"
    _refuse_unreadable(manifest, rows, columns, fault, slices)
    if not one_class_will_do:
        _refuse_one_class(manifest, labels, bad_label)
    ignored = sorted(columns - {*COLUMNS, VECTOR_COLUMN, *slices})[:_MOST_NAMES]
    sha256 = _sha256(manifest) if manifest.is_file() else digest.hexdigest()
    return ManifestScan(sha256, rows, tuple(ascii(name)[1:-1] for name in ignored), image_bytes)


def _refuse_unreadable(manifest: Path, rows: int, columns: set[str], fault: str, slices: Sequence[str]) -> None:
    names = (*COLUMNS, *slices)
    wanted = ", ".join(names)
    if not rows:
        raise InputError(f"a manifest must hold pairs. Received: {manifest}, which holds none. Write {wanted} for each")
    if not columns:
        raise InputError(f"a manifest must hold rows that can be read. Received: {manifest}, {fault}")
    missing = [name for name in names if name not in columns]
    if missing:
        found = ", ".join(ascii(name)[1:-1] for name in sorted(columns)[:_MOST_NAMES])
        raise InputError(
            f"a manifest must have the columns {wanted}. Received: {manifest} with {found}. "
            f"Add or rename: {', '.join(missing)}"
        )


def _refuse_one_class(manifest: Path, labels: set[int], bad_label: str) -> None:
    if len(labels) < 2:
        held = f"only label {min(labels)}" if labels else "no label 0 or 1"
        hint = f" ({bad_label})" if bad_label else ""
        raise InputError(
            f"a manifest must hold pairs of both classes, 0 and 1. Received: {manifest} with {held}{hint}. "
            "Add pairs of the other class"
        )


def _size(folder: Path, name: object) -> int:
    try:
        return os.path.getsize(folder / name) if isinstance(name, str) else 0
    except (OSError, ValueError):
        return 0


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
