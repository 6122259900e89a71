"""Use a cache again and again, each time killed by SIGKILL at the next file that it touches.

    python kill_writes.py FOLDER put|prune

Each use is a forked process. A line of JSON is printed for each: how it ended, and what is found afterwards.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.fs as pafs

from components.feature_cache.prune import prune
from tests.components.feature_cache.drawn import digests, numbers_found, opened, vectors

STEPS = ("open_output_stream", "move", "delete_file", "create_dir")
LAST = 40


class DyingFiles(pafs.LocalFileSystem):
    """A local file system that kills the process before, or after, its next change."""

    left = 0

    def _step(self, change: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        for moment in ("before", "after"):
            if DyingFiles.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            DyingFiles.left -= 1
            if moment == "before":
                made = change(*arguments, **named)
        return made


def _dying(name: str) -> Callable[..., Any]:
    real = getattr(pafs.LocalFileSystem, name)
    return lambda self, *arguments, **named: self._step(real, self, *arguments, **named)


def use(root: Path, what: str, steps: int) -> int:
    """Return the signal that ended the use, or 0."""
    child = os.fork()
    if child == 0:
        # Nothing is decided by how long it takes, so a stuck one must not wait for ever.
        signal.alarm(60)
        for name in STEPS:
            setattr(DyingFiles, name, _dying(name))
        pafs.LocalFileSystem = DyingFiles
        DyingFiles.left = steps
        if what == "put":
            opened(root).put(digests(30, LAST), vectors(30, LAST))
        else:
            prune(str(root))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    root, what = Path(sys.argv[1]), sys.argv[2]
    steps, code = 0, -signal.SIGKILL
    while code == -signal.SIGKILL:
        code = use(root, what, steps)
        found = sorted(numbers_found(root, LAST))
        damaged = [path.name for path in root.rglob("*.damaged")]
        print(json.dumps({"steps": steps, "code": code, "found": found, "damaged": damaged}), flush=True)
        steps += 1


if __name__ == "__main__":
    main()
