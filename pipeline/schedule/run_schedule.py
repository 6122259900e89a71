"""Keep the time in the foreground: call a command whenever a rule fires, until a signal ends it."""

from __future__ import annotations

import contextlib
import datetime
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from pipeline.schedule.child import Child

GRACE = 40.0
# The clock may be set, and the machine may sleep: it is asked this often, in seconds.
_TICK = 0.5
_LATE = datetime.timedelta(minutes=1)
_Moment = datetime.datetime


def run_schedule(
    next_after: Callable[[_Moment], _Moment],
    now: Callable[[], _Moment],
    command: Sequence[str],
    say: Callable[[str], None],
    grace: float = GRACE,
) -> None:
    """Call a command at every firing of a rule until SIGTERM or SIGINT; call it in the main thread.

    A firing while the command still goes on is skipped. Firings that were missed, since the machine slept or its clock
    was set forward, are made up for by one call. A command that fails ends nothing.

    Args:
        next_after: The rule, as `CronRule.next_after`.
        now: The clock.
        command: The command's words.
        say: Takes one line per firing, and one at the beginning and the end.
        grace: Seconds that a command has to end in at the end, before it is killed.
    """
    due = next_after(now())
    child: Child | None = None
    with _stop_signals() as stopped:
        say(f"The next firing is at {_text(due)}")
        while not stopped.is_set():
            if child is not None and not child.running:
                say(f"{_text(child.due)}: {child.outcome()}")
                child = None
            moment = now()
            if moment >= due:
                child = _fire(due, moment, child, command, say)
                due = next_after(moment)
            stopped.wait(min(_TICK, max(0.0, (due - moment).total_seconds())))
        if child is not None:
            say(f"{_text(child.due)}: {child.end(grace)}, since the scheduler ends")
    say("The scheduler has ended")


def _fire(
    due: _Moment, moment: _Moment, child: Child | None, command: Sequence[str], say: Callable[[str], None]
) -> Child | None:
    """Start the command, unless the one before goes on."""
    if child is not None and child.running:
        say(f"{_text(due)}: skipped, since the call of {_text(child.due)} goes on")
        return child
    if child is not None:
        say(f"{_text(child.due)}: {child.outcome()}")
    if moment - due > _LATE:
        say(f"{_text(due)}: missed, called at {_text(moment)}")
    try:
        return Child(command, due)
    except OSError as error:
        say(f"{_text(due)}: could not be called: {error}")
        return None


def _text(moment: _Moment) -> str:
    return moment.isoformat(timespec="seconds")


@contextlib.contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
