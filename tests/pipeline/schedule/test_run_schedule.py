"""The foreground scheduler with real processes, by a rule of every second."""

from __future__ import annotations

import datetime
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pipeline.schedule.run_schedule import run_schedule

UTC = datetime.timezone.utc


def every_second(moment: datetime.datetime) -> datetime.datetime:
    return moment.replace(microsecond=0) + datetime.timedelta(seconds=1)


def now() -> datetime.datetime:
    return datetime.datetime.now(UTC)


class Said(list[str]):
    """What the scheduler says; once enough of it has come, a signal is sent to this process, as a container's end is.

    Args:
        text: What is counted.
        count: How often it must have been said.
        number: The signal.
        written: A file that a call must have written by then.
    """

    def __init__(self, text: str, count: int, number: int = signal.SIGTERM, written: Path | None = None):
        super().__init__()
        self._text, self._count, self._number, self._written = text, count, number, written

    def __call__(self, line: str) -> None:
        self.append(line)
        written = self._written is None or (self._written.exists() and self._written.read_text())
        if self._number and written and sum(self._text in each for each in self) >= self._count:
            os.kill(os.getpid(), self._number)
            self._number = 0


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """The scheduler gives the signals back as it found them."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    assert {number: signal.getsignal(number) for number in before} == before


def python(code: str) -> Sequence[str]:
    return [sys.executable, "-c", code]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("", "exit code 0 (done, or nothing to do)"),
        ("raise SystemExit(1)", "exit code 1 (failed)"),
        ("raise SystemExit(4)", "exit code 4 (another one works)"),
        ("import os; os.kill(os.getpid(), 9)", "killed by SIGKILL"),
    ],
)
def test_each_firing_is_one_line_with_its_end_and_a_failure_ends_nothing(code: str, told: str) -> None:
    said = Said(told, 2)
    run_schedule(every_second, now, python(code), said)
    first, *lines, last = said
    assert first.startswith("The next firing is at ")
    assert last == "The scheduler has ended"
    ended = [line for line in lines if told in line]
    assert len({line.partition(": ")[0] for line in ended}) == len(ended) >= 2
    assert all(told in line or "skipped" in line or "since the scheduler ends" in line for line in lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_firing_during_a_call_is_skipped_and_the_end_asks_the_call_to_end(number: int, tmp_path: Path) -> None:
    code = f"import time; open({str(tmp_path / 'calls')!r}, 'a').write('x'); time.sleep(600)"
    said = Said("skipped", 2, number, tmp_path / "calls")
    run_schedule(every_second, now, python(code), said)
    assert (tmp_path / "calls").read_text() == "x"
    assert said[-2].endswith(": killed by SIGTERM, since the scheduler ends")


def test_call_that_will_not_end_is_killed_with_all_that_it_has_started(tmp_path: Path) -> None:
    inner = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    code = (
        "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"subprocess.run([sys.executable, '-c', {inner!r}])"
    )
    said = Said("skipped", 1, written=tmp_path / "pid")
    run_schedule(every_second, now, python(code), said, grace=1)
    assert said[-2].endswith(": killed by SIGKILL, since the scheduler ends")
    while runs((tmp_path / "pid").read_text()):
        time.sleep(0.05)


def runs(pid: str) -> bool:
    """Whether a process goes on: one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_firings_that_the_machine_slept_through_are_made_up_for_by_one_call(tmp_path: Path) -> None:
    """The clock jumps ahead by three hours, as after a sleep, under a rule of every hour."""
    slept = threading.Event()

    def clock() -> datetime.datetime:
        return now() + (datetime.timedelta(hours=3) if slept.is_set() else datetime.timedelta())

    def every_hour(moment: datetime.datetime) -> datetime.datetime:
        return moment + datetime.timedelta(hours=1)

    def say(line: str) -> None:
        said(line)
        slept.set()

    said = Said("exit code 0", 1)
    run_schedule(every_hour, clock, python(f"open({str(tmp_path / 'calls')!r}, 'a').write('x')"), say)
    assert (tmp_path / "calls").read_text() == "x"
    assert sum("missed, called at" in line for line in said) == 1


def test_command_that_cannot_be_started_is_said_and_ends_nothing() -> None:
    said = Said("could not be called", 2)
    run_schedule(every_second, now, ["/not/there"], said)
    assert said[-1] == "The scheduler has ended"


def test_ctrl_c_in_a_terminal_reaches_the_scheduler_alone(tmp_path: Path) -> None:
    """The call has a session of its own: what a terminal sends to the scheduler's group does not reach it."""
    code = f"import os; open({str(tmp_path / 'session')!r}, 'w').write(str(os.getsid(0)))"
    run_schedule(every_second, now, python(code), Said("exit code 0", 1))
    assert int((tmp_path / "session").read_text()) != os.getsid(0)
