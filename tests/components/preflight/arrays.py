"""Small arrays that the models of these tests read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROWS = 64


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def labels(rows: int = ROWS, classes: int = 2) -> NDArray:
    """Every class equally often, in a random order."""
    return rng().permutation(np.arange(rows) % classes).astype(np.int64)


def vector(width: int = 8, rows: int = ROWS) -> NDArray:
    return rng().standard_normal((rows, width)).astype(np.float32)


def unit(width: int = 16, rows: int = ROWS) -> NDArray:
    rows_of = vector(width, rows) + 1
    return rows_of / np.linalg.norm(rows_of, axis=1, keepdims=True)


def pixels(size: int = 32, rows: int = 16) -> NDArray:
    """Pictures in 0 to 255, each of a colour of its own, with black and white in it."""
    colours = rng().uniform(20, 235, (rows, 1, 1, 3))
    pictures = np.clip(colours + 20 * rng().standard_normal((rows, size, size, 3)), 0, 255)
    pictures[:, 0, 0], pictures[:, -1, -1] = 0, 255
    return pictures.astype(np.float32)


def tokens(steps: int = 12, words: int = 3, rows: int = ROWS, vocabulary: int = 50) -> NDArray:
    """Texts of a few words, padded with zeros at the end; each is there once."""
    ids = np.zeros((rows, steps), np.int64)
    generator = rng()
    for row in ids:
        count = int(generator.integers(1, words + 1))
        row[:count] = generator.integers(1, vocabulary, count)
    return ids
