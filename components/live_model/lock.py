"""One writer at a time in a registry, whichever pipeline or command it belongs to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from components.errors import InputError

LOCK_FILE = ".lock"
_PATIENCE = 600.0


@contextlib.contextmanager
def registry_lock(destination: str, patience: float = _PATIENCE) -> Iterator[None]:
    """Hold a registry while it is written to; the lock of a killed process is free.

    Args:
        destination: The push destination; made if need be.
        patience: How many seconds to wait for another writer.

    Raises:
        InputError: Another writer does not come to an end.
    """
    folder = Path(destination) / "registry"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK_FILE)
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        raise InputError(
            f"one process at a time may write to a registry. Received: {destination}, which another one has held for "
            f"{patience:.0f} s. Wait for it, and try again"
        ) from None
    try:
        yield
    finally:
        lock.release()
