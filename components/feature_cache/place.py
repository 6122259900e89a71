"""A folder on any file system that pyarrow opens."""

from __future__ import annotations

import dataclasses
import os

import pyarrow as pa
import pyarrow.fs as pafs

from components.errors import InputError


@dataclasses.dataclass(frozen=True)
class Place:
    """A folder, which need not exist.

    Attributes:
        files: Its file system.
        path: The folder in it.
    """

    files: pafs.FileSystem
    path: str

    @classmethod
    def of(cls, location: str) -> Place:
        """Find the file system of a location; nothing is read or made.

        Args:
            location: A local path, or a URI of pyarrow, as `s3://bucket/folder` or `gs://bucket/folder`.

        Raises:
            InputError: pyarrow knows no such file system.

        Example:
            >>> Place.of("/srv/features").path
            '/srv/features'

        Reference:
            https://arrow.apache.org/docs/python/filesystems.html
        """
        if "://" not in location:
            return cls(pafs.LocalFileSystem(), os.path.abspath(os.path.expanduser(location)))
        try:
            files, path = pafs.FileSystem.from_uri(location)
        except (pa.ArrowException, OSError) as error:
            raise InputError(
                f"a feature cache must lie in a local folder or at a URI that pyarrow opens. Received: {location} "
                f"({error}). Correct feature_cache.location, or give a mounted folder"
            ) from error
        return cls(files, path.rstrip("/"))

    def inside(self, name: str) -> Place:
        """Return the folder of that name in this one."""
        return Place(self.files, f"{self.path}/{name}")

    def file(self, name: str) -> str:
        """Return the path of a file in this folder."""
        return f"{self.path}/{name}"

    def make(self) -> None:
        """Make the folder and those above it.

        Raises:
            InputError: It cannot be made.
        """
        try:
            self.files.create_dir(self.path, recursive=True)
        except OSError as error:
            raise InputError(
                f"a feature cache must lie where it can be written. Received: {self.path} ({error}). "
                "Correct feature_cache.location, or set it to null to keep no vectors"
            ) from error

    def entries(self) -> list[pafs.FileInfo]:
        """Return what lies in the folder, by name; nothing where there is no folder.

        Raises:
            InputError: It cannot be listed.
        """
        try:
            found = self.files.get_file_info(pafs.FileSelector(self.path, allow_not_found=True))
        except OSError as error:
            raise InputError(
                f"a feature cache must be a folder that can be listed. Received: {self.path} ({error}). "
                "Correct its location, or the rights on it"
            ) from error
        return sorted(found, key=lambda info: info.base_name)

    def remove(self, name: str) -> None:
        """Remove a file; that it is gone already is no error."""
        try:
            self.files.delete_file(self.file(name))
        except FileNotFoundError:
            return
