"""Digest a folder by the bytes of its files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from components.file_digest import file_digest


def files_digest(folder: str) -> str:
    """Digest the names and the bytes of all files in a folder.

    Args:
        folder: A local folder.

    Returns:
        SHA-256, hexadecimal; another one once any file has changed, come or gone.
    """
    top = Path(folder)
    digest = hashlib.sha256()
    for path in sorted(path for path in top.rglob("*") if path.is_file()):
        digest.update(f"{file_digest(path)}  {path.relative_to(top).as_posix()}\n".encode())
    return digest.hexdigest()
