"""A picture made so small that its copies look alike."""

from __future__ import annotations

from PIL import Image

THUMBNAIL_SIDE = 32
# A picture that is decoded for this alone may be decoded so small; below, copies are lost.
LEAST_SIDE = 48
# Grey levels between the darkest and the lightest spot; below it, what is left is the encoder's noise.
_LEAST_CONTRAST = 8
# Averages blocks of pixels first: a third of the time, and at most a few grey levels of difference.
_REDUCING_GAP = 3.0


def make_thumbnail(image: Image.Image) -> bytes:
    """Returns a grey picture of 32 × 32 pixels, row by row; empty for a picture without contrast.

    Args:
        image: A decoded, upright picture in RGB or grey.

    Example:
        >>> len(make_thumbnail(Image.radial_gradient("L")))
        1024
        >>> make_thumbnail(Image.new("RGB", (640, 480), "white"))
        b''
    """
    size = (THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    small = image.convert("L").resize(size, Image.Resampling.BILINEAR, reducing_gap=_REDUCING_GAP)
    levels = small.tobytes()
    return levels if max(levels) - min(levels) >= _LEAST_CONTRAST else b""
