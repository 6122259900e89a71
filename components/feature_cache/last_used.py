"""When a segment was last used, in a small file beside it: a time of the file system's own cannot be set everywhere."""

from __future__ import annotations

import time

import pyarrow.fs as pafs

from components.feature_cache.place import Place
from components.feature_cache.segment import ENDING

USED = ".used"


def mark_used(folder: Place, name: str, at: float | None = None) -> None:
    """Write down that a segment was used.

    Args:
        folder: The encoder's folder.
        name: The segment's name.
        at: Seconds since 1970; now if None.

    Raises:
        OSError: The folder cannot be written.
    """
    with folder.files.open_output_stream(folder.file(mark_of(name))) as file:
        file.write(str(int(time.time() if at is None else at)).encode())


def last_used(folder: Place, segment: pafs.FileInfo) -> float:
    """Return when a segment was last read, or written where it was never read, in seconds since 1970."""
    try:
        with folder.files.open_input_stream(folder.file(mark_of(segment.base_name))) as file:
            return float(file.read().decode("ascii"))
    # A mark that a killed process left empty tells nothing.
    except (FileNotFoundError, ValueError):
        return (segment.mtime_ns or 0) / 1e9


def mark_of(name: str) -> str:
    """Return the name of a segment's mark."""
    return f"{name.removesuffix(ENDING)}{USED}"
