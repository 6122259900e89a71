"""The processes of tasks, which end when the rehearsal is broken off."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from components.errors import FusegateError

_PATIENCE_S = 10


class Stopped(FusegateError):
    """The rehearsal was broken off: nothing is tried again."""


class Children:
    """Runs commands from several threads, and ends them all at once."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False
        self._lock = threading.Lock()

    def run(self, call: Sequence[str], environment: Mapping[str, str], log: Path) -> int:
        """Run a command to its end.

        Args:
            call: The command.
            environment: Its environment.
            log: File for what it says.

        Returns:
            Its exit code.

        Raises:
            Stopped: `stop` was called before it had ended.
        """
        with log.open("wb") as said:
            with self._lock:
                self._refuse_if_stopped()
                child = subprocess.Popen(
                    call,
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    # A Ctrl-C reaches it once, through `stop`.
                    start_new_session=True,
                )
                self._running.add(child)
            code = child.wait()
        with self._lock:
            self._running.discard(child)
            self._refuse_if_stopped()
        return code

    def stop(self) -> None:
        """End what runs, and let nothing start after it."""
        with self._lock:
            self._stopped = True
            running = [*self._running]
        # SIGINT and not SIGTERM: the first process of a container ignores a signal that it has no handler for.
        for child in running:
            child.send_signal(signal.SIGINT)
        for child in running:
            try:
                child.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                child.kill()

    def _refuse_if_stopped(self) -> None:
        if self._stopped:
            raise Stopped("the rehearsal was broken off. Received: a signal. Run the same command again")
