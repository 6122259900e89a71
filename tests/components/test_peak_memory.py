from __future__ import annotations

import subprocess
import sys

MEASURE = "from components.peak_memory import peak_memory_mib; "


def told(code: str) -> list[float]:
    """What a process of its own prints."""
    done = subprocess.run([sys.executable, "-c", MEASURE + code], capture_output=True, text=True, check=True)
    return [float(number) for number in done.stdout.split()]


def test_memory_that_was_given_back_counts() -> None:
    before, after = told("before = peak_memory_mib(); b'x' * (256 << 20); print(before, peak_memory_mib())")
    assert before + 200 < after < before + 300


def test_peak_of_the_process_that_started_this_one_does_not() -> None:
    block = b"x" * (512 << 20)
    (peak,) = told("print(peak_memory_mib())")
    assert len(block) == 512 << 20
    assert peak < 256
