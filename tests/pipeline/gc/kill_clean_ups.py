"""Clean up again and again, each time killed by SIGKILL at the next file that is touched.

    python kill_clean_ups.py CONFIG OUTPUT PRISTINE

Each clean-up is a forked process on the folder as it was. After each kill stands a pause for the caller to look: one
line is printed, and one is read.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from pipeline.gc.collect import collect
from pipeline.load_config import load_config

STEPS = ("os.rename", "shutil.rmtree", "os.remove", "os.rmdir")


def die_at(step: int) -> None:
    """Kill this process where it is about to touch a file for the given time."""
    seen = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        if event in STEPS:
            seen += 1
            if seen > step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def cleaned_or_killed(file: Path, step: int) -> int:
    """Return the signal that ended a clean-up, or 0."""
    child = os.fork()
    if child == 0:
        # Nothing is decided by how long it takes, so a stuck one must not wait for ever.
        signal.alarm(60)
        die_at(step)
        collect(load_config(file, ["gc.keep_runs=1", "gc.keep_versions=1", "gc.older_than_days=0"]))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    file, output, pristine = map(Path, sys.argv[1:])
    step, code = 0, -signal.SIGKILL
    while code == -signal.SIGKILL:
        shutil.rmtree(output)
        shutil.copytree(pristine, output)
        code = cleaned_or_killed(file, step)
        print(code, flush=True)
        sys.stdin.readline()
        step += 1


if __name__ == "__main__":
    main()
