"""The bounds inside which a pair is usable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_VECTOR_WIDTH = 16_384


@dataclass(frozen=True)
class PairLimits:
    """Bounds on pictures and texts that come from strangers.

    Args:
        max_image_bytes: Largest encoded image, in bytes, before and after normalising.
        max_pixels: Largest width × height; read from the header, before anything is decoded.
        max_jpeg_scans: Most scans of a progressive JPEG; each is a pass over the whole picture.
        max_text_chars: Longest text, in characters, after stripping.
        max_id_chars: Longest id, in characters.
        allow_empty_text: Whether a picture without text is a usable pair.
        text_encodings: What the bytes of a text are read as: the first that fits them. Where UTF-8 stands alone, a text
            that is not UTF-8 is refused.
        text_vector_width: Width of the vector that each text must carry; 0 where a text needs none.
        formats: Image formats that are read, by their Pillow names.

    Example:
        >>> PairLimits(max_text_chars=500).max_pixels
        40000000
    """

    max_image_bytes: int = 20 * 1024 * 1024
    max_pixels: int = 40_000_000
    max_jpeg_scans: int = 100
    max_text_chars: int = 10_000
    max_id_chars: int = 256
    allow_empty_text: bool = False
    text_encodings: Sequence[str] = ("utf-8",)
    text_vector_width: int = 0
    formats: tuple[str, ...] = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
