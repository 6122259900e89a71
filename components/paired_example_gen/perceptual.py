"""Signs of a picture by which its copies are known: encoded anew, resized or slightly cropped.

As in a perceptual hash, a picture becomes the signs of its lowest frequencies. A crop shifts them all, so that no
single hash holds copies together and strangers apart. Here each picture has one set of signs of its *core*, what is
left without a margin of 5 % on every side, and is looked for through many *windows*: where the core of another picture
would lie in it, were one a crop of the other. A frequency that a picture does not have has no sign: a blurred picture
is known by the few that it has, and not by the noise in all others.

Reference:
    Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash Functions", for the hash of one window.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from components.pairs.thumbnail import THUMBNAIL_SIDE

# 64-bit words of a picture's signs: a bit for each of 255 positive ones, the lowest frequency first, and one that is
# always 0; then the same for the negative ones. Where neither is set, there is no sign.
WORDS = 8
# Changes with all that makes a sign, so that signs of two makes are never compared.
SIGNS_VERSION = 1
_FREQUENCIES = 16
_MARGIN = 0.05
# What a crop takes from one side; the steps between are near enough to one of these.
_CROPS = (0.0, 0.025, 0.05)
_FINE = 512
# The signs of a picture are a small part of what they are made of.
_MOST_AT_ONCE = 1024
# Grey levels; what encoders add at a quality of 30 stays below.
_LEAST_AMOUNT = 0.15

Window = tuple[float, float]


def core_signs(thumbnails: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return the signs of pictures' cores.

    Args:
        thumbnails: Shape (n, 32, 32).

    Returns:
        Shape (n, 8).
    """
    signs = np.empty((len(thumbnails), WORDS), np.uint64)
    for start in range(0, len(signs), _MOST_AT_ONCE):
        some = slice(start, start + _MOST_AT_ONCE)
        signs[some] = _signs(thumbnails[some], ((_MARGIN, 1 - _MARGIN),))[:, 0]
    return signs


def window_signs(thumbnails: NDArray[np.uint8], of_larger: bool) -> NDArray[np.uint64]:
    """Return the signs of all windows in which the core of another picture may lie.

    Args:
        thumbnails: Shape (n, 32, 32).
        of_larger: Whether also crops of these pictures are looked for, and not only pictures that these are crops of.

    Returns:
        Shape (n, windows, 8).
    """
    crops = list(itertools.product(_CROPS, repeat=2))
    far = 1 - _MARGIN
    signs = _signs(thumbnails, tuple(((_MARGIN - a) / (1 - a - b), (far - a) / (1 - a - b)) for a, b in crops))
    if not of_larger:
        return signs
    inner = tuple((a + _MARGIN * (1 - a - b), a + far * (1 - a - b)) for a, b in crops)
    return np.concatenate([signs, _signs(thumbnails, inner)], axis=1)


def _signs(thumbnails: NDArray[np.uint8], windows: tuple[Window, ...]) -> NDArray[np.uint64]:
    """Return the signs of every combination of a window across and a window down, (n, windows², 8)."""
    waves = np.concatenate([_waves(window) for window in windows])
    down = np.tensordot(waves, thumbnails.astype(np.float32), ([1], [1]))
    amounts = np.tensordot(down, waves, ([2], [1])).transpose(1, 0, 2).reshape(len(thumbnails), len(waves) ** 2)
    places = _places(len(windows))
    planes = np.zeros((len(thumbnails), len(places), 2, _FREQUENCIES**2), bool)
    planes[..., 0, :-1] = np.take(amounts > _LEAST_AMOUNT, places, axis=1)
    planes[..., 1, :-1] = np.take(amounts < -_LEAST_AMOUNT, places, axis=1)
    return np.packbits(planes).view(">u8").astype(np.uint64).reshape(*planes.shape[:2], WORDS)


@lru_cache(maxsize=64)
def _waves(window: Window) -> NDArray[np.float32]:
    """Return what a row of 32 pixels is multiplied with for the amounts of 16 cosines that span the window.

    The row is read as the smooth curve through its pixels: windows begin and end between them.
    """
    start, end = window
    places = (np.clip(np.arange(_FINE + 1) / _FINE, start, end) - start) / (end - start)
    order = np.arange(1, _FREQUENCIES)[:, None]
    cosines = np.vstack([np.diff(places)[None], np.diff(np.sin(np.pi * order * places)) / (np.pi * order)])
    pixels = np.arange(THUMBNAIL_SIDE)
    curve = np.cos(np.pi * np.outer(np.arange(_FINE) + 0.5, pixels) / _FINE)
    transform = np.cos(np.pi * np.outer(pixels, pixels + 0.5) / THUMBNAIL_SIDE) * 2 / THUMBNAIL_SIDE
    transform[0] /= 2
    return (cosines @ curve @ transform).astype(np.float32)


@lru_cache(maxsize=4)
def _places(windows: int) -> NDArray[np.int64]:
    """Return where each combination's amounts stand, (windows², 255): all but the mean, the lowest frequency first."""
    square = np.arange(_FREQUENCIES) ** 2
    by_frequency = np.argsort(np.add.outer(square, square).ravel(), kind="stable")[1:]
    down, across = np.divmod(by_frequency, _FREQUENCIES)
    starts = np.arange(windows) * _FREQUENCIES
    rows, columns = starts[:, None, None] + down, starts[:, None] + across
    return (rows * (windows * _FREQUENCIES) + columns).reshape(-1, len(by_frequency))
