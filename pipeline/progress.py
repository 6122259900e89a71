"""Say which node of a local run is at work, from what TFX's runner logs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

_RUNNING = "Component %s is running."
_CACHED = "A cached execution %d is used."
_FINISHED = "Component %s is finished."
_FAILED = "Execution %d failed."


class NodeProgress(logging.Handler):
    """A log handler that turns LocalDagRunner's messages into one line a node.

    Args:
        say: Called with each line.
    """

    def __init__(self, say: Callable[[str], None]):
        super().__init__(logging.INFO)
        self._say = say
        self._started = 0.0
        self._cached = False
        self.node: str | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Note a node's start, a cache hit, or a node's end."""
        if record.msg == _RUNNING and isinstance(record.args, tuple):
            self.node, self._started, self._cached = str(record.args[0]), time.monotonic(), False
        elif record.msg == _CACHED:
            self._cached = True
        elif record.msg == _FINISHED:
            took = "cached" if self._cached else f"{time.monotonic() - self._started:.1f} s"
            self._say(f"  {self.node:<18} {took}")


class SaidElsewhere(logging.Filter):
    """Drops what Fusegate says in its own words: that an execution failed, and tracebacks of a Ctrl-C in Beam."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is to be printed."""
        return record.msg != _FAILED and not is_interrupt(record.getMessage())


def is_interrupt(text: str) -> bool:
    """Tell whether an error's text is that of a Ctrl-C: Beam turns KeyboardInterrupt into a RuntimeError."""
    return KeyboardInterrupt.__name__ in text
