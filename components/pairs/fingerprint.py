"""Fingerprints by which equal pictures and equal texts are known again."""

from __future__ import annotations

import hashlib
import unicodedata
from array import array
from collections.abc import Iterable


def image_fingerprint(image: bytes) -> str:
    """Returns the SHA-256 of an encoded image, in hex.

    Args:
        image: The bytes of a checked pair's image; the same picture encoded anew has another fingerprint.
    """
    return hashlib.sha256(image).hexdigest()


def text_fingerprint(text: str) -> str:
    """Returns the SHA-256 of a text in NFKC, without case and with single spaces, in hex.

    Args:
        text: Any text that can be encoded as UTF-8.

    Example:
        >>> text_fingerprint("One does  not\\nsimply") == text_fingerprint("ONE DOES NOT SIMPLY")
        True
    """
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hashlib.sha256(folded.encode()).hexdigest()


def vector_fingerprint(vector: Iterable[float]) -> str:
    """Returns the SHA-256 of a vector's float32 values, in hex."""
    return hashlib.sha256(array("f", vector).tobytes()).hexdigest()
