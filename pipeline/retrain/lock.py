"""One retraining at a time in an output folder."""

from __future__ import annotations

import contextlib
import datetime
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from components.errors import EXIT_BUSY, FusegateError
from pipeline.retrain.holder import HOLDER_FILE, Holder, read_holder, write_holder
from pipeline.retrain.state import FOLDER

# How long it may take a process that has the lock to write down who it is.
_PATIENCE_S = 5.0


class Busy(FusegateError):
    """Another one works."""

    exit_code = EXIT_BUSY


@contextlib.contextmanager
def retrain_lock(output: Path) -> Iterator[Holder]:
    """Hold an output folder for retraining; the kernel frees the lock of a process that is gone.

    Args:
        output: The output folder.

    Returns:
        This process, as the file beside the lock names it to others.

    Raises:
        Busy: Another process holds it.
    """
    folder = output / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Busy(
            f"one retraining at a time may work on {output}. Received: a second one; {_who(folder)}, is at it. "
            "Wait for it, or end it"
        ) from None
    try:
        holder = Holder.this_process(datetime.datetime.now().astimezone().isoformat(timespec="seconds"))
        write_holder(folder, holder)
        yield holder
    finally:
        (folder / HOLDER_FILE).unlink(missing_ok=True)
        lock.release()


def _who(folder: Path) -> str:
    """Name the holder; one that is gone is that of a killed call, and the new one is about to be named."""
    until = time.monotonic() + _PATIENCE_S
    while (holder := read_holder(folder)) is None or holder.is_gone:
        if time.monotonic() > until:
            return "another process"
        time.sleep(0.05)
    return str(holder)
