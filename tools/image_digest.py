"""Tells whether an image is still what the checkout would build."""

from __future__ import annotations

import hashlib
from pathlib import Path


def image_digest(root: Path, dockerfile: Path, base: str) -> str:
    """Return the digest of all that an image is made from.

    Args:
        root: The folder that is the build's context.
        dockerfile: The Dockerfile; beside it `….dockerignore` ignores all, then lets paths in by `!path` lines.
        base: The id of the image to start from.

    Returns:
        64 hexadecimal digits: of the Dockerfile, its ignore file, the base, and every file that is let in, with its
        path and whether it can be run.

    Raises:
        FileNotFoundError: A path that is let in does not exist.
    """
    ignore = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
    let_in = [line[1:].strip() for line in ignore.read_text(encoding="utf-8").splitlines() if line.startswith("!")]
    digest = hashlib.sha256(f"{base}\n".encode())
    for path in [dockerfile, ignore, *(found for name in let_in for found in _files(root / name))]:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root)} {path.stat().st_mode & 0o111} {content}\n".encode())
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    """The file itself, or the files below a folder but for bytecode, in one order."""
    if not path.is_dir():
        return [path]
    return sorted(found for found in path.rglob("*") if found.is_file() and "__pycache__" not in found.parts)
