"""Secrets of a rehearsal: files in the layout in which Kubernetes mounts them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from components.errors import InputError
from pipeline.rehearse.task import Task


def read_secrets(folder: Path, tasks: Iterable[Task]) -> dict[str, dict[str, str]]:
    """Return the secret variables of each task.

    Args:
        folder: Holds a file `<secret>/<key>` for each.
        tasks: The tasks.

    Raises:
        InputError: A secret is missing.
    """
    found: dict[str, dict[str, str]] = {}
    for task in tasks:
        found[task.name] = {}
        for secret in task.kubernetes.get("secretAsEnv", []):
            for each in secret["keyToEnv"]:
                path = folder / secret["secretName"] / each["secretKey"]
                if path.is_file():
                    found[task.name][each["envVar"]] = path.read_text(encoding="utf-8").rstrip("\n")
                elif not secret.get("optional"):
                    raise InputError(
                        f"every secret must be there. Received: none for key {each['secretKey']} of "
                        f"{secret['secretName']}. Write it into {path}"
                    )
    return found
