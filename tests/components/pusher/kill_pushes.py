"""Run the real executor again and again, each time killed by SIGKILL at the next file that it touches.

    python kill_pushes.py FOLDER

TFX is imported once; each push is a forked process. A line of JSON is printed for each: how it ended, and what a model
server would find afterwards.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tfx.types import standard_artifacts

from components.live_model import registry
from components.live_model.files_digest import files_digest
from components.pusher.executor import Executor

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
STEPS = ("os.rename", "os.mkdir", "shutil.copytree", "shutil.rmtree", "os.remove", "os.rmdir")


def die_at(step: int) -> None:
    """Kill this process where it is about to touch a file for the given time."""
    seen = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        if event in STEPS or (event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING):
            seen += 1
            if seen > step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def push(folder: Path) -> None:
    artifacts = {
        "model": standard_artifacts.Model(),
        "model_blessing": standard_artifacts.ModelBlessing(),
        "reference": standard_artifacts.ExampleStatistics(),
        "receipt": standard_artifacts.ModelEvaluation(),
    }
    for name, artifact in artifacts.items():
        artifact.uri = str(folder / name)
    artifacts["model_blessing"].set_int_custom_property("blessed", 1)
    pushed = standard_artifacts.PushedModel()
    pushed.uri = str(folder / "pushed")
    Executor().Do(
        {name: [artifact] for name, artifact in artifacts.items()},
        {"pushed_model": [pushed]},
        {"destination": str(folder / "models")},
    )


def pushed_or_killed(folder: Path, step: int) -> int:
    """Return the signal that ended a push, or 0."""
    child = os.fork()
    if child == 0:
        # Nothing is decided by how long a push takes, so a stuck one must not wait for ever.
        signal.alarm(60)
        die_at(step)
        push(folder)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def found(models: Path) -> dict[str, Any]:
    """What stands under every name that a model server reads as a version."""
    version = registry.live_version(str(models))
    record = registry.read_record(str(models), version) if version is not None else None
    return {
        "versions": {path.name: files_digest(str(path)) for path in models.iterdir() if path.name.isdecimal()},
        "live": version,
        "record": record.files_digest if record else None,
        "receipt": record is not None
        and files_digest(registry.receipt_path(str(models), version or 0)) == record.receipt_digest,
    }


def main() -> None:
    folder = Path(sys.argv[1])
    step, code = 0, -signal.SIGKILL
    while code == -signal.SIGKILL:
        code = pushed_or_killed(folder, step)
        print(json.dumps({"step": step, "code": code, **found(folder / "models")}), flush=True)
        step += 1


if __name__ == "__main__":
    main()
