"""Commands in the real image, run as a rehearsal runs a task's."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Protocol

import pytest

ROOT = Path(__file__).resolve().parents[2]
ISOLATED = (
    *("podman", "run", "--rm", "--pull=never", "--network=none", "--cap-drop=all"),
    *("--security-opt=no-new-privileges", "--read-only", "--volume=/tmp", "--env=HOME=/tmp"),
    *("--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096"),
)


class InImage(Protocol):
    """Runs a command in a container and returns what it printed and how it ended."""

    def __call__(
        self,
        *command: str,
        image: str = ...,
        mounts: tuple[str, ...] = ...,
        work: Path | None = ...,
        user: str | None = ...,
    ) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture(scope="session")
def in_image() -> InImage:
    def run(
        *command: str,
        image: str = "localhost/fusegate:latest",
        mounts: tuple[str, ...] = (),
        work: Path | None = None,
        user: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        folders = [f"--volume={ROOT / name}:/opt/fusegate/{name}:ro" for name in mounts]
        if work is not None:
            # `U` gives the folder to the container's user.
            folders.append(f"--volume={work}:/mnt/here:U")
        as_user = ["--user", user] if user else []
        return subprocess.run(
            [*ISOLATED, *folders, *as_user, image, *command], capture_output=True, text=True, check=False
        )

    return run
