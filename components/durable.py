"""Writes and renames that a killed process or a power cut leaves whole or undone, never half done."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import BinaryIO

PARTIAL = ".partial"
_BLOCK = 1 << 16


def write_durably(path: Path, content: str) -> None:
    """Write a text file in one step, as far as a reader can see, and make it last.

    Args:
        path: The file; its folder is made if need be.
        content: Its text.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}{PARTIAL}")
    with partial.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
    _sync(path.parent)


def append_durably(path: Path, line: str) -> None:
    """Add a line to a text file and make it last; what a power cut has left of a line before it is cut off.

    One process at a time may do it.

    Args:
        path: The file; it and its folder are made if need be.
        line: The line, without its end.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("ab+") as file:
        _cut_torn_line(file)
        file.write(f"{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _sync(path.parent)


def _cut_torn_line(file: BinaryIO) -> None:
    """Leave a file that is open for appending at the end of its last whole line."""
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - _BLOCK)
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        if newline >= 0:
            file.truncate(start + newline + 1)
            return
        end = start
    file.truncate(0)


def rename_durably(source: Path, target: Path) -> None:
    """Rename a folder whose files are on the disk before its new name is.

    Args:
        source: A folder, on the file system of `target`.
        target: Its new name, which is not taken.
    """
    for folder, _, names in os.walk(source):
        for name in names:
            _sync(Path(folder) / name)
        _sync(Path(folder))
    os.rename(source, target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some mounted file systems cannot do it for a folder; there its names last as well as they can.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
