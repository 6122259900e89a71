"""One run, or one change of the registry, at a time in an output folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from components.errors import InputError


@contextlib.contextmanager
def output_lock(output: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold an output folder; the lock of a killed process is free.

    Args:
        output: The folder.
        patience: Seconds to wait for a run that uses it.

    Raises:
        InputError: A run uses it.
    """
    output.mkdir(parents=True, exist_ok=True)
    lock = FileLock(output / ".lock")
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        raise InputError(
            f"one run at a time may use an output folder. Received: {output}, which another run uses. "
            "Wait for it, or take another output folder (output)"
        ) from None
    try:
        yield
    finally:
        lock.release()
