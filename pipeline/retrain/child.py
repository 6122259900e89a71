"""Run a command in a session of its own, for no longer than a budget, and leave nothing of it behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from typing import IO

# Ctrl-C first: what ends in an orderly way closes its executions itself.
_STEPS = ((signal.SIGINT, 20.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 10.0))


def run_child(command: Sequence[str], budget_s: float | None, stdout: IO[str] | None = None) -> int | None:
    """Run a command to its end.

    Its standard input ends with this process, however that ends, so that it can end too (`fusegate run
    --end-with-stdin` does).

    Args:
        command: Program and arguments.
        budget_s: Seconds after which it is ended; None for no bound.
        stdout: Where its output goes; None for this process's.

    Returns:
        Its exit code, negative where a signal ended it; None where the budget was over.
    """
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stdout, start_new_session=True) as child:
        try:
            return child.wait(budget_s)
        except subprocess.TimeoutExpired:
            _end(child)
            return None
        except BaseException:
            _end(child)
            raise


def _end(child: subprocess.Popen) -> None:
    """End a child and all that it has started."""
    for number, patience in _STEPS:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        try:
            child.wait(patience)
            break
        except subprocess.TimeoutExpired:
            continue
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
