"""One run, or one change of the registry, at a time in an output folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from components.errors import InputError


@contextlib.contextmanager
def output_lock(output: Path) -> Iterator[None]:
    """Hold an output folder; the lock of a killed process is free.

    Raises:
        InputError: A run uses it.
    """
    output.mkdir(parents=True, exist_ok=True)
    lock = FileLock(output / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InputError(
            f"one run at a time may use an output folder. Received: {output}, which another run uses. "
            "Wait for it, or take another output folder (output)"
        ) from None
    try:
        yield
    finally:
        lock.release()
