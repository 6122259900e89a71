"""Read the image file that a manifest names."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from components.pairs.limits import PairLimits
from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable, shown


def read_image(name: object, folder: Path, limits: PairLimits) -> bytes:
    """Returns the bytes of an image file below a folder.

    Args:
        name: The path as the manifest gives it, from the folder on or absolute.
        folder: The folder that the file must stay in, symbolic links followed; resolved.
        limits: Bounds of a usable pair; a larger file is not read.

    Raises:
        Unusable: There is no such file, it stands outside the folder, or it is too large.
    """
    if not isinstance(name, str) or not name.strip():
        raise Unusable(Reason.IMAGE_MISSING, "No path of an image" if not name else f"Received the path {shown(name)}")
    try:
        path = os.path.realpath(folder / name)
        if not Path(path).is_relative_to(folder):
            raise Unusable(Reason.IMAGE_OUTSIDE_FOLDER, f"{shown(name)} leads out of the images' folder")
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise Unusable(Reason.IMAGE_MISSING, f"{shown(name)} is not a file")
        if status.st_size > limits.max_image_bytes:
            received = f"{shown(name)} has {status.st_size:,} bytes; at most {limits.max_image_bytes:,} are read"
            raise Unusable(Reason.IMAGE_TOO_LARGE, received)
        with open(path, "rb") as file:
            return file.read(limits.max_image_bytes + 1)
    except OSError as error:
        raise Unusable(Reason.IMAGE_MISSING, f"{shown(name)} cannot be read ({error.strerror})") from error
    except ValueError as error:  # A NUL, or a character that no file name can hold.
        raise Unusable(Reason.IMAGE_MISSING, f"{shown(name)} cannot be a path") from error
