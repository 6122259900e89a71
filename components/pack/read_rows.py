"""Read the rows that are packed, out of a manifest or a folder tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from components.pack.manifest import ManifestRow, read_manifest
from components.pack.read_tree import read_tree


def read_rows(source: Path) -> Iterator[ManifestRow]:
    """Yields the rows of a manifest, or of a folder of images with their texts beside them.

    Args:
        source: The manifest, or the folder, resolved.

    Raises:
        InputError: The manifest is of no known kind, or a folder cannot be read.
    """
    return read_tree(source) if source.is_dir() else read_manifest(source)
