"""Tasks in containers of the real image, as narrow as a cluster would make them."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from typing import Any

from components.errors import InputError
from pipeline.rehearse.children import Children
from pipeline.rehearse.engine import Job

# What Kubeflow mounts into every container, and a folder for what a program leaves behind.
_FOLDERS = ("s3", "gcs", "minio", "tmp")
# The image's own user, as a cluster starts it: kubeflow/Dockerfile.
_USER = 10001
_ISOLATED = (
    *("--pull=never", "--network=none", "--cap-drop=all", "--security-opt=no-new-privileges", "--read-only"),
    # Podman's own limits are higher than a machine may allow, and then nothing starts.
    *("--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096"),
)
_AS_MYSELF = [f"--userns=keep-id:uid={_USER},gid={_USER}", f"--user={_USER}:{_USER}"]


class PodmanEngine:
    """Runs each command in a container of its own: not as root, without capabilities, without a network.

    The volumes must be folders that the container's user may write to, on a cluster as well. Where root rehearses,
    Podman gives them to that user; for any other user, who rehearses is that user in the container.

    Args:
        options: Further options of `podman run`, such as those that a machine without delegated cgroups needs.
        globals_: Further options of `podman` itself, such as `--runtime runc`.

    Raises:
        InputError: There is no podman.

    Reference:
        https://docs.podman.io/en/latest/markdown/podman-run.1.html, `--userns` and the option `U` of `--volume`.
    """

    def __init__(self, options: Sequence[str] = (), globals_: Sequence[str] = ()):
        if shutil.which("podman") is None:
            raise InputError(
                "the engine podman needs podman. Received: none on the PATH. Install it, as with apt-get install "
                "podman runc, or take --engine process"
            )
        self._options = options
        self._globals = globals_
        self._children = Children()
        self._names: list[str] = []

    def check_image(self, image: str) -> None:
        """See that an image is here, since none is pulled.

        Raises:
            InputError: It is not.
        """
        call = ["podman", *self._globals, "image", "exists", image]
        found = subprocess.run(call, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if found.returncode == 1:
            raise InputError(
                f"the image of a rehearsal must be on this machine. Received: {image}, which is not. Build it with "
                f"make image, or bring it with podman pull {image}"
            )
        if found.returncode != 0:
            raise InputError(f"podman must run on this machine. Received: {found.stderr.strip()}. Mend that first")

    def prepare(self, executor_input: dict[str, Any], job: Job) -> dict[str, Any]:
        """Leave the paths: in a container they are what they say."""
        return executor_input

    def run(self, command: Sequence[str], job: Job) -> int:
        """Run a command in a container that is gone afterwards."""
        for name in _FOLDERS:
            (job.scratch / name).mkdir(parents=True, exist_ok=True)
        mounts = {f"/{name}": job.scratch / name for name in _FOLDERS} | dict(job.volumes)
        user, mode = ([f"--user={_USER}:{_USER}"], "U") if os.geteuid() == 0 else (_AS_MYSELF, "rw")
        name = f"fusegate-{uuid.uuid4().hex}"
        self._names.append(name)
        call = ["podman", *self._globals, "run", "--rm", f"--name={name}", *_ISOLATED, *user, "--env=HOME=/tmp"]
        call += self._options
        call += [f"--volume={folder.resolve()}:{path}:{mode}" for path, folder in mounts.items()]
        # A secret reaches podman through its own environment: a command line is there for all to see.
        call += [f"--env={n}" if n in job.secret else f"--env={n}={value}" for n, value in job.environment.items()]
        hidden = {name: job.environment[name] for name in job.secret}
        call += [f"--entrypoint={command[0]}", job.image, *command[1:]]
        return self._children.run(call, {**os.environ, **hidden}, job.log)

    def stop(self) -> None:
        """End all containers: Podman hands them the signal, and what does not heed it is removed."""
        self._children.stop()
        call = ["podman", *self._globals, "rm", "--force", "--ignore", "--time=0", *self._names]
        subprocess.run(call, stdin=subprocess.DEVNULL, capture_output=True, check=False)
