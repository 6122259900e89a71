"""Read a file that a manifest names, if it stays below a folder and within a size."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable, shown


@dataclass(frozen=True)
class FileReasons:
    """Why a file of some kind cannot be used: it is not there, leads out of its folder, or is too large."""

    missing: Reason
    outside: Reason
    too_large: Reason


def read_within(name: str, folder: Path, max_bytes: int, reasons: FileReasons) -> bytes:
    """Returns the bytes of a file below a folder.

    Args:
        name: The path as the manifest gives it, from the folder on or absolute.
        folder: The folder that the file must stay in, symbolic links followed; resolved.
        max_bytes: A larger file is not read.
        reasons: What to say where it cannot be read.

    Raises:
        Unusable: There is no such file, it stands outside the folder, or it is too large.
    """
    try:
        path = os.path.realpath(folder / name)
        if not Path(path).is_relative_to(folder):
            raise Unusable(reasons.outside, f"{shown(name)} leads out of its folder")
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise Unusable(reasons.missing, f"{shown(name)} is not a file")
        if status.st_size > max_bytes:
            received = f"{shown(name)} has {status.st_size:,} bytes; at most {max_bytes:,} are read"
            raise Unusable(reasons.too_large, received)
        with open(path, "rb") as file:
            return file.read(max_bytes + 1)
    except OSError as error:
        raise Unusable(reasons.missing, f"{shown(name)} cannot be read ({error.strerror})") from error
    except ValueError as error:  # A NUL, or a character that no file name can hold.
        raise Unusable(reasons.missing, f"{shown(name)} cannot be a path") from error
