"""Digests and vectors for the tests of the feature cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from components.feature_cache.feature_cache import FeatureCache

FINGERPRINT = "ab" * 32
OTHER = "cd" * 32
WIDTH = 24


def digests(first: int, last: int) -> list[bytes]:
    return [hashlib.sha256(str(number).encode()).digest() for number in range(first, last)]


def vectors(first: int, last: int, width: int = WIDTH) -> np.ndarray:
    """Rows that depend on their numbers alone."""
    return np.stack([np.random.default_rng(n).standard_normal(width, np.float32) for n in range(first, last)])


def opened(root: Path, fingerprint: str = FINGERPRINT, width: int = WIDTH) -> FeatureCache:
    return FeatureCache(str(root), fingerprint, "drawn", width)


def filled(root: Path, first: int, last: int, fingerprint: str = FINGERPRINT) -> Path:
    """Put one segment and return its file."""
    folder = root / fingerprint
    before = set(folder.glob("*.arrow"))
    opened(root, fingerprint).put(digests(first, last), vectors(first, last))
    (file,) = set(folder.glob("*.arrow")) - before
    return file


def numbers_found(root: Path, last: int, fingerprint: str = FINGERPRINT) -> set[int]:
    """Look up the numbers below `last`, and check what is found."""
    found = opened(root, fingerprint).get(digests(0, last))
    by_digest = {digest: number for number, digest in enumerate(digests(0, last))}
    for digest, vector in found.items():
        number = by_digest[digest]
        np.testing.assert_array_equal(vector, vectors(number, number + 1)[0])
    return {by_digest[digest] for digest in found}
