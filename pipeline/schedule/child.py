"""The command of one firing, as a process of its own."""

from __future__ import annotations

import contextlib
import datetime
import os
import signal
import subprocess
from collections.abc import Sequence

from components.errors import EXIT_BAD_INPUT, EXIT_BUSY, EXIT_FAILED, EXIT_REFUSED

_MEANINGS = {
    0: "done, or nothing to do",
    EXIT_FAILED: "failed",
    EXIT_BAD_INPUT: "bad input or configuration",
    EXIT_REFUSED: "refused by the gate",
    EXIT_BUSY: "another one works",
    130: "interrupted",
}


class Child:
    """A command that was started at a firing.

    Args:
        command: Its words.
        due: The firing.

    Raises:
        OSError: It cannot be started.
    """

    def __init__(self, command: Sequence[str], due: datetime.datetime):
        self.due = due
        # In a session of its own: Ctrl-C in a terminal reaches the scheduler alone, which then ends it in order.
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self._process.poll() is None

    def outcome(self) -> str:
        """Wait for its end, and say how it was."""
        code = self._process.wait()
        if code < 0:
            return f"killed by {signal.Signals(-code).name}"
        return f"exit code {code} ({_MEANINGS.get(code, 'unknown')})"

    def end(self, grace: float) -> str:
        """Ask it to end; kill it and all that it has started where it does not.

        Args:
            grace: Seconds that it has for it.

        Returns:
            How it ended.
        """
        self._process.terminate()
        try:
            self._process.wait(grace)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        return self.outcome()
