"""An object store in a folder: buckets of s3://, gs:// and minio://."""

from __future__ import annotations

import os
import shutil
from pathlib import Path, PurePosixPath

from components.errors import InputError
from components.kubeflow_entrypoint.uris import to_local


class ObjectStore:
    """Copies artifacts in and out, as Kubeflow's launcher does.

    Args:
        folder: Where the objects lie.
    """

    def __init__(self, folder: Path):
        self._folder = folder

    def place(self, uri: str) -> Path:
        """Return where an artifact lies, or would.

        Raises:
            InputError: The URI is on no object store, or leads out of it.
        """
        return self._folder / local_path(uri)

    def download(self, uri: str, root: Path) -> None:
        """Copy an artifact to its local path under a root; one that is nowhere, as an empty one, is left out.

        Raises:
            InputError: The URI is on no object store, or leads out of it.
        """
        source, target = self.place(uri), root / local_path(uri)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        elif source.exists():
            shutil.copyfile(source, target)

    def upload(self, uri: str, root: Path) -> bool:
        """Copy what lies at an artifact's local path under a root into the store, whole or not at all.

        Returns:
            Whether there was anything.

        Raises:
            InputError: The URI is on no object store, or leads out of it.
        """
        source, target = root / local_path(uri), self.place(uri)
        if not source.exists():
            return False
        partial = target.with_name(f"{target.name}.partial")
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            # A link in what a task wrote must not bring in what lies elsewhere.
            shutil.copytree(source, partial, symlinks=True)
        else:
            shutil.copyfile(source, partial, follow_symlinks=False)
        os.replace(partial, target)
        return True


def local_path(uri: str) -> str:
    """Return a URI's local path without its leading slash.

    Raises:
        InputError: The URI is on no object store, or leads out of it.
    """
    path = to_local(uri)
    if path == uri or ".." in PurePosixPath(path).parts:
        raise InputError(
            f"an artifact must lie on s3://, gs:// or minio://. Received: {uri!r}, of which Kubeflow's launcher makes "
            "no local path. Correct pipeline_root, or what the task wrote into its output"
        )
    return path.lstrip("/")
