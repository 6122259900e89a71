"""Read the image file that a manifest names."""

from __future__ import annotations

from pathlib import Path

from components.pack.read_within import FileReasons, read_within
from components.pairs.limits import PairLimits
from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable, shown

_REASONS = FileReasons(Reason.IMAGE_MISSING, Reason.IMAGE_OUTSIDE_FOLDER, Reason.IMAGE_TOO_LARGE)


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
    return read_within(name, folder, limits.max_image_bytes, _REASONS)
