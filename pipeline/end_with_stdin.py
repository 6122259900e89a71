"""End with the process that holds the other end of standard input: nobody would wait for what it started."""

from __future__ import annotations

import os
import signal
import threading
import time

GRACE_S = 20.0


def watch_stdin(grace_s: float = GRACE_S) -> None:
    """Watch standard input from a thread; when it ends, end this process as Ctrl-C does, and after a grace for good.

    Args:
        grace_s: Seconds that the process has to end by itself.
    """
    threading.Thread(target=_watch, args=(grace_s,), daemon=True).start()


def _watch(grace_s: float) -> None:
    while os.read(0, 1 << 10):
        pass
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(grace_s)
    # A process that leads its group takes along what it has started itself.
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
