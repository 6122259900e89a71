"""Digest of the lock that the environment was installed from, where it lies beside the code."""

from __future__ import annotations

from pathlib import Path

from components.file_digest import file_digest

_LOCK = Path(__file__).parents[2] / "requirements.lock"


def lock_digest() -> str:
    """Return 16 hexadecimal digits; empty where Fusegate was installed without its lock."""
    return file_digest(_LOCK)[:16] if _LOCK.is_file() else ""
