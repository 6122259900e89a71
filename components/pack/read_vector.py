"""Read the vector of a text, from the manifest itself or from the .npy file that it names."""

from __future__ import annotations

import io
from pathlib import Path

from components.pack.read_within import FileReasons, read_within
from components.pairs.limits import MAX_VECTOR_WIDTH
from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable, shown

_HEADER_BYTES = 4096
_MAX_BYTES = 8 * MAX_VECTOR_WIDTH + _HEADER_BYTES
_REASONS = FileReasons(Reason.TEXT_VECTOR_MISSING, Reason.TEXT_VECTOR_INVALID, Reason.TEXT_VECTOR_INVALID)


def read_vector(value: object, folder: Path) -> object:
    """Returns a manifest's vector as it was given, or as the .npy file holds it; whether it will do is not checked.

    Args:
        value: A list of numbers, or the path of a file below the folder; nothing or an empty string for none.
        folder: The manifest's folder, resolved.

    Raises:
        Unusable: The file cannot be read, stands outside the folder, or holds no numbers.
    """
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    if not value.endswith(".npy"):
        raise Unusable(Reason.TEXT_VECTOR_INVALID, f"Received the path {shown(value)}")
    return _from_npy(read_within(value, folder, _MAX_BYTES, _REASONS), value)


def _from_npy(content: bytes, name: str) -> object:
    import numpy as np
    from numpy.lib import format as npy

    file = io.BytesIO(content)
    try:
        major, _ = npy.read_magic(file)
        read_header = npy.read_array_header_1_0 if major == 1 else npy.read_array_header_2_0
        # The header's claim is weighed before numpy makes room for it.
        shape, _, dtype = read_header(file)
        size = dtype.itemsize
        for side in shape:
            size *= side
        if dtype.kind not in "fiu" or size != len(content) - file.tell():
            raise ValueError(f"{dtype} of shape {shape} in {len(content):,} bytes")
        return np.load(io.BytesIO(content), allow_pickle=False).tolist()
    except Exception as error:  # On crafted headers numpy raises a dozen types
        received = f"{shown(name)} holds no array of numbers ({type(error).__name__}: {shown(str(error))})"
        raise Unusable(Reason.TEXT_VECTOR_INVALID, received) from error
