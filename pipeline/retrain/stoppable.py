"""SIGTERM, as of systemd and of containers, ends a retraining in the same orderly way as Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """The process was asked to end.

    Args:
        number: The signal.
    """

    def __init__(self, number: int):
        super().__init__(signal.Signals(number).name)


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Raise `Stopped` in the main thread at the first SIGINT or SIGTERM; further ones are passed over."""

    def stop(number: int, frame: FrameType | None) -> None:
        pass_over_signals()
        raise Stopped(number)

    before = {each: signal.signal(each, stop) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def pass_over_signals() -> None:
    """Let what is being put away come to its end, whoever asks; undone by the end of `stoppable`."""
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
