"""A pair before and after it is checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from components.pairs.fingerprint import image_fingerprint, text_fingerprint, vector_fingerprint


@dataclass(frozen=True)
class RawPair:
    """A pair as it was received; nothing about its values is known yet.

    Args:
        id: A string, its UTF-8 bytes or a whole number.
        image: The encoded image, or a function that reads it and may raise `Unusable`: it is called only when
            the other values are usable. None where there is no image.
        text: A string or its UTF-8 bytes.
        label: 0 or 1, as a number or a string.
        source: Where the pair came from, as `file:line` or another name.
        text_vector: The text's vector as a sequence of numbers, or a function that reads it and may raise `Unusable`;
            None where there is none.
        offset: Where it begins in its file, see `components.pairs.rejection`.
    """

    id: object
    image: bytes | Callable[[], bytes] | None
    text: object
    label: object
    source: str
    text_vector: object = None
    offset: int | None = None


@dataclass(frozen=True)
class CheckedPair:
    """A usable pair.

    Args:
        id: Not empty, printable.
        image: JPEG or PNG that every decoder reads as the same upright 8-bit RGB or grey picture.
        text: Stripped, line breaks as `\\n`, encodable as UTF-8.
        label: 0 or 1.
        width: In pixels.
        height: In pixels.
        source: As in the raw pair.
        text_vector: The text's vector in float32; empty where it has none.
        thumbnail: What copies of the picture are known by, see `components.pairs.thumbnail`.
        offset: As in the raw pair.
    """

    id: str
    image: bytes
    text: str
    label: int
    width: int
    height: int
    source: str
    text_vector: tuple[float, ...] = ()
    # Follows from the image, but not to the last grey level where the image was encoded anew.
    thumbnail: bytes = field(default=b"", compare=False, repr=False)
    offset: int | None = None

    @property
    def image_fingerprint(self) -> str:
        """SHA-256 of the image's bytes, in hex."""
        return image_fingerprint(self.image)

    @property
    def text_fingerprint(self) -> str:
        """SHA-256 of the text folded to its letters, in hex; of the vector where the text is empty, "" for neither."""
        if self.text:
            return text_fingerprint(self.text)
        return vector_fingerprint(self.text_vector) if self.text_vector else ""
