"""One foreground scheduler at a time on an output folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from components.errors import EXIT_BUSY, FusegateError

LOCK_FILE = "schedule.lock"


class ScheduleBusy(FusegateError):
    """Another scheduler works on the output folder."""

    exit_code = EXIT_BUSY


@contextlib.contextmanager
def schedule_lock(output: Path) -> Iterator[None]:
    """Hold an output folder's schedule; the lock of a killed process is free.

    Raises:
        ScheduleBusy: Another scheduler holds it.
    """
    output.mkdir(parents=True, exist_ok=True)
    lock = FileLock(output / LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ScheduleBusy(
            f"one scheduler at a time may work on an output folder. Received: {output}, which another one works on. "
            "Leave it to that one, or end it first"
        ) from None
    try:
        yield
    finally:
        lock.release()
