"""What is seen while pairs are packed."""

from __future__ import annotations

import io
import sys
import time

import pytest

from components.pack import progress


class Terminal(io.StringIO):
    """A stderr that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _from_zero() -> None:
    progress.PROGRESS.start()


def test_terminal_shows_a_bar_that_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with progress.show_progress(10):
        for _ in range(3):
            progress.PROGRESS.advance()
    assert "packing" in terminal.getvalue()
    assert "3/10" in terminal.getvalue()


def test_other_stderr_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_LINE_SECONDS", 0.001)
    monkeypatch.setattr(sys, "stderr", plain := io.StringIO())
    with progress.show_progress(2_000):
        progress.PROGRESS.advance()
        while "1 of" not in plain.getvalue():
            time.sleep(0.001)
    assert "packing: 1 of 2,000 pairs\n" in plain.getvalue()


def test_failure_ends_the_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with pytest.raises(KeyError), progress.show_progress(1):
        raise KeyError
