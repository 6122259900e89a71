"""The scores of a slice, packed, and bounded by a sample of its groups. Pure numpy."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from components.evaluator.figures import SCORED, sample_limit


class SampleCoder:
    """How one example is packed: the hash of its group, its label and its scores, without padding."""

    DTYPE = np.dtype([("group", "<u8"), ("label", "u1"), *((name, "<f4") for name in SCORED)])
    _STRUCT = struct.Struct(f"<QB{len(SCORED)}f")

    @classmethod
    def pack(cls, group: int, label: int, scores: Sequence[float]) -> bytes:
        """Pack one example; the scores are in the order of `SCORED`."""
        return cls._STRUCT.pack(group, label, *scores)


class Sample:
    """An accumulator that keeps at most about twice `most_pairs` examples, whole groups by rising hash.

    It grows by bytes, not by Python objects. When it is full, the groups with the highest hashes go; a group that went
    is not taken again, here or after a merge, so the result is that of the whole data at once: see `sample_limit`.

    Args:
        most_pairs: Most examples of the result.
    """

    def __init__(self, most_pairs: int):
        self.pairs = 0
        self._most_pairs = most_pairs
        self._limit: int | None = None
        self._packed = bytearray()

    def add(self, packed: bytes) -> None:
        """Add one example, packed by `SampleCoder`."""
        self.pairs += 1
        self._packed += packed
        self._cut_if_full()

    def merge(self, other: Sample) -> None:
        """Add what another sample holds."""
        self.pairs += other.pairs
        self._packed += other._packed
        limits = [limit for limit in (self._limit, other._limit) if limit is not None]
        self._limit = min(limits, default=None)
        self._cut_if_full()

    def rows(self) -> NDArray:
        """Return the examples, a structured array of `SampleCoder.DTYPE`."""
        self._cut()
        return np.frombuffer(bytes(self._packed), SampleCoder.DTYPE)

    def _cut_if_full(self) -> None:
        if len(self._packed) >= 2 * self._most_pairs * SampleCoder.DTYPE.itemsize:
            self._cut()

    def _cut(self) -> None:
        rows = np.frombuffer(bytes(self._packed), SampleCoder.DTYPE)
        if self._limit is not None:
            rows = rows[rows["group"] < np.uint64(self._limit)]
        limit = sample_limit(rows["group"], self._most_pairs)
        if limit is not None:
            self._limit = limit
            rows = rows[rows["group"] < np.uint64(limit)]
        self._packed = bytearray(rows.tobytes())
