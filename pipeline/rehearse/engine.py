"""How a task's command is started: all that engines differ in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol


@dataclasses.dataclass(frozen=True)
class Job:
    """One attempt at a task.

    Attributes:
        name: The task's name and the attempt, fit for a file's name.
        image: The container's image.
        environment: Variables, with secrets resolved.
        secret: Names of the variables that nobody may see.
        scratch: Folder of this attempt: what the container has at `/s3`, `/gcs`, `/minio` and `/tmp`.
        volumes: Folders by the path that each is mounted at.
        log: File for what the command says.
    """

    name: str
    image: str
    environment: Mapping[str, str]
    secret: frozenset[str]
    scratch: Path
    volumes: Mapping[str, Path]
    log: Path


class Engine(Protocol):
    """Starts commands."""

    def check_image(self, image: str) -> None:
        """See that an image can be had, before anything runs.

        Raises:
            InputError: It cannot.
        """
        ...

    def prepare(self, executor_input: dict[str, Any], job: Job) -> dict[str, Any]:
        """Return an ExecutorInput whose paths are those that the command sees."""
        ...

    def run(self, command: Sequence[str], job: Job) -> int:
        """Run a command to its end.

        Returns:
            Its exit code.

        Raises:
            Stopped: `stop` was called before it had ended.
        """
        ...

    def stop(self) -> None:
        """End what runs, and let nothing start after it; called from another thread."""
        ...
