"""Find the pictures that another one is a copy of, among many, without comparing each with each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from components.pack.map_ahead import map_ahead
from components.paired_example_gen.perceptual import WORDS, window_signs

# Share of the signs that either picture has; what copies and strangers measure is in docs/splits.md.
MOST_DIFFERENT = 0.15
# Through the window that brought a picture up, which need not be its best one.
_MOST_AT_FIRST = 0.3
_BANDS = 8
_BAND_BITS = 16
# Of a band that thousands share, so many are compared: those whose next signs are nearest.
_MOST_OF_A_BAND = 32
_CHUNK = 64
_ONES = np.array([value.bit_count() for value in range(1 << 16)], np.uint8)


class NearDuplicates:
    """The cores of known pictures, to look for copies in.

    A copy has some band of signs, the lowest 16 frequencies, the next 16 and so on, in common with the core in one of
    its windows; only such pictures are compared sign by sign.

    Args:
        cores: Signs of the known pictures' cores, shape (m, 4).
    """

    def __init__(self, cores: NDArray[np.uint64]):
        self._cores = cores
        self._bands = []
        for band in range(_BANDS):
            keys = _band_keys(cores, band)
            order = np.argsort(keys, kind="stable")
            self._bands.append((keys[order], order))

    def find(
        self, thumbnails: NDArray[np.uint8], of_larger: bool
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Yield pairs of a picture that is looked for and a known one that is its copy, by their rows.

        Args:
            thumbnails: The pictures that are looked for, shape (n, 32, 32).
            of_larger: Whether to find their crops too, and not only what they are crops of.
        """

        def find_from(start: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
            rows, columns = self._find_chunk(window_signs(thumbnails[start : start + _CHUNK], of_larger))
            return rows + start, columns

        return map_ahead(find_from, range(0, len(thumbnails) if len(self._cores) else 0, _CHUNK))

    def _find_chunk(self, windows: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        known = len(self._cores)
        found = [self._candidates(windows, band) for band in range(_BANDS)]
        places, seen, columns = (np.concatenate(parts) for parts in zip(*found, strict=True))
        different = _different(windows[places, seen], self._cores[columns])
        pairs = places * known + columns
        copies = np.unique(pairs[different <= MOST_DIFFERENT])
        unsure = np.setdiff1d(pairs[different <= _MOST_AT_FIRST], copies)
        rows, columns = np.divmod(unsure, known)
        best = np.ones(len(rows))
        for window in range(windows.shape[1]):
            best = np.minimum(best, _different(windows[rows, window], self._cores[columns]))
        return np.divmod(np.concatenate([copies, unsure[best <= MOST_DIFFERENT]]), known)

    def _candidates(
        self, windows: NDArray[np.uint64], band: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return pictures looked for, the window, and known pictures that have the band in common there."""
        sorted_keys, order = self._bands[band]
        keys = _band_keys(windows, band)
        rest = np.uint64(64 - _BAND_BITS)
        prefixes = (keys >> rest).astype(np.int64)
        rows = np.arange(len(windows))[:, None]
        _, once = np.unique((rows << _BAND_BITS) | prefixes, return_index=True)
        places, seen = np.divmod(once, windows.shape[1])
        own = keys[places, seen]
        first = np.searchsorted(sorted_keys, own >> rest << rest, "left")
        last = np.searchsorted(sorted_keys, own | np.uint64((1 << (64 - _BAND_BITS)) - 1), "right")
        middle = np.searchsorted(sorted_keys, own, "left")
        first = np.maximum(first, np.minimum(middle - _MOST_OF_A_BAND // 2, last - _MOST_OF_A_BAND))
        sizes = np.minimum(last - first, _MOST_OF_A_BAND)
        offsets = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return np.repeat(places, sizes), np.repeat(seen, sizes), order[np.repeat(first, sizes) + offsets]


def _band_keys(signs: NDArray[np.uint64], band: int) -> NDArray[np.uint64]:
    """Return 64 signs from the beginning of a band: the band and, to sort within it, what follows."""
    word, shift = divmod(band * _BAND_BITS, 64)
    keys = signs[..., word] << np.uint64(shift)
    return keys | signs[..., word + 1] >> np.uint64(64 - shift) if shift else keys


def _different(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return the share of signs in which each row differs from the same row of the other: Hamming's distance.

    A sign that only one of both has counts half.
    """
    half = WORDS // 2
    either = left | right
    signs = _count(either[..., :half] | either[..., half:])
    return _count(left ^ right) / np.maximum(2 * signs, 1)


def _count(words: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return how many bits are set in each row."""
    return _ONES[np.ascontiguousarray(words).view(np.uint16)].sum(axis=-1, dtype=np.int64)
