"""Writes and renames that a killed process or a power cut leaves whole or undone, never half done."""

from __future__ import annotations

import errno
import os
from pathlib import Path

PARTIAL = ".partial"


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
