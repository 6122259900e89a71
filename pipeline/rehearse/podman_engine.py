"""Tasks in containers of the real image, as narrow as a cluster would make them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

from components.errors import InputError
from pipeline.rehearse.engine import Job

# What Kubeflow mounts into every container, and a folder for what a program leaves behind.
_FOLDERS = ("s3", "gcs", "minio", "tmp")
_USER = "1000:1000"


class PodmanEngine:
    """Runs each command in a container of its own: not as root, without capabilities, without a network.

    Args:
        options: Further options of `podman run`, such as those that a machine without delegated cgroups needs.
        globals_: Further options of `podman` itself, such as `--runtime runc`.

    Raises:
        InputError: There is no podman.
    """

    def __init__(self, options: Sequence[str] = (), globals_: Sequence[str] = ()):
        if shutil.which("podman") is None:
            raise InputError(
                "the engine podman needs podman. Received: none on the PATH. Install it, as with apt-get install "
                "podman runc, or take --engine process"
            )
        self._options = [*options]
        self._globals = [*globals_]

    def prepare(self, executor_input: dict[str, Any], job: Job) -> dict[str, Any]:
        """Leave the paths: in a container they are what they say."""
        return executor_input

    def run(self, command: Sequence[str], job: Job) -> int:
        """Run a command in a container that is gone afterwards."""
        for name in _FOLDERS:
            (job.scratch / name).mkdir(parents=True, exist_ok=True)
        for folder in (job.scratch, *job.volumes.values()):
            _open_to_all(str(folder))
        mounts = {f"/{name}": job.scratch / name for name in _FOLDERS} | dict(job.volumes)
        call = ["podman", *self._globals, "run", "--rm", "--pull=never", "--network=none", f"--user={_USER}"]
        call += ["--cap-drop=all", "--security-opt=no-new-privileges", "--env=HOME=/tmp", *self._options]
        call += [f"--volume={folder.resolve()}:{path}" for path, folder in mounts.items()]
        # A secret reaches podman through its own environment: a command line is there for all to see.
        call += [f"--env={n}" if n in job.secret else f"--env={n}={value}" for n, value in job.environment.items()]
        hidden = {name: job.environment[name] for name in job.secret}
        with job.log.open("wb") as log:
            done = subprocess.run(
                [*call, f"--entrypoint={command[0]}", job.image, *command[1:]],
                env={**os.environ, **hidden},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        return done.returncode


def _open_to_all(folder: str) -> None:
    """Let the container's user read and write a folder that belongs to whoever rehearses."""
    for path, folders, files in os.walk(folder):
        for name in (path, *(os.path.join(path, each) for each in (*folders, *files))):
            if not os.path.islink(name) and os.stat(name).st_uid == os.getuid():
                os.chmod(name, 0o777 if os.path.isdir(name) else 0o666)
