"""Small pictures for the report."""

from __future__ import annotations

import io

from PIL import Image

from components.errors import InputError

MOST_PIXELS = 50_000_000


def thumbnail(image: bytes, side: int = 256) -> bytes:
    """Shrink a picture to a small JPEG.

    Args:
        image: An encoded picture of any format that Pillow reads.
        side: Longest side of the result, in pixels; a smaller picture keeps its size.

    Returns:
        The JPEG's bytes, RGB, without metadata.

    Raises:
        InputError: The picture is not readable, or so large that decoding it would be a risk.
    """
    try:
        with Image.open(io.BytesIO(image)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise InputError(
                    f"A picture must have {MOST_PIXELS:,} pixels at most. Received: {picture.width}×{picture.height}. "
                    "Shrink it."
                )
            picture.draft("RGB", (side, side))
            small = picture.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"A picture must be readable. Received: {error}. Replace the file.") from error
    small.thumbnail((side, side))
    jpeg = io.BytesIO()
    small.save(jpeg, "JPEG", quality=80)
    return jpeg.getvalue()
