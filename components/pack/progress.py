"""Show how far packing is."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_BAR_SECONDS = 0.1
_LINE_SECONDS = 10.0


class PackProgress:
    """A count of the pairs that are done; pipeline and terminal see the same one when they share a process."""

    def __init__(self) -> None:
        self.done = 0

    def start(self) -> None:
        """Begin a run at zero."""
        self.done = 0

    def advance(self) -> None:
        """Count one pair."""
        self.done += 1


PROGRESS = PackProgress()


@contextmanager
def show_progress(total: int, doing: str = "packing") -> Iterator[None]:
    """Shows a bar on a terminal's stderr, or a line every ten seconds where stderr is no terminal.

    Args:
        total: How many pairs there are.
        doing: What is done with them.
    """
    over = threading.Event()
    watch = _draw_bar if sys.stderr.isatty() else _write_lines
    thread = threading.Thread(target=watch, args=(total, over, doing), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _write_lines(total: int, over: threading.Event, doing: str) -> None:
    while not over.wait(_LINE_SECONDS):
        print(f"{doing}: {PROGRESS.done:,} of {total:,} pairs", file=sys.stderr, flush=True)


def _draw_bar(total: int, over: threading.Event, doing: str) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=total)
        ended = False
        while not ended:
            ended = over.wait(_BAR_SECONDS)
            bar.update(task, completed=PROGRESS.done, description=doing if PROGRESS.done else "starting")
