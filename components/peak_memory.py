"""The most memory that this process has held."""

from __future__ import annotations

from pathlib import Path

_STATUS = Path("/proc/self/status")
_KIB = 1024


def peak_memory_mib() -> float:
    """Return this process's peak resident memory in MiB.

    `resource.getrusage` does not tell it: across `exec` it keeps the peak of the process that started this one.

    Reference:
        https://man7.org/linux/man-pages/man5/proc_pid_status.5.html, VmHWM
    """
    (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / _KIB
