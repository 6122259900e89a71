"""The vectors of one encoder that earlier runs have kept, and those that this one adds."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from components.errors import InputError
from components.feature_cache.last_used import mark_used
from components.feature_cache.place import Place
from components.feature_cache.segment import ENDING, Segment, is_whole, prefixes
from components.feature_cache.set_aside import set_aside
from components.feature_cache.write_segment import write_segment

_LOG = logging.getLogger("fusegate.feature_cache")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class FeatureCache:
    """Reads and writes vectors by the SHA-256 of what was encoded.

    Any number of processes may use one cache at once: segments never change, each is written whole under a name of its
    own, and a vector that two of them hold does no harm. A segment that vanishes is a miss. What is held in memory is
    12 bytes a vector. A segment is checked against its digest before its first vector is used.

    Args:
        location: Folder of the whole cache, as `Place.of` takes it.
        fingerprint: The encoder's: a SHA-256 in hex.
        name: The encoder's name, for people.
        width: Length of a vector.

    Attributes:
        damaged: How many segments this one has set aside.

    Raises:
        InputError: The location cannot be used.

    Example:
        >>> cache = FeatureCache("/srv/features", encoder.fingerprint, encoder.name, encoder.width)
        >>> cache.put([digest], vectors)
        >>> cache.get([digest])[digest].shape
        (1280,)
    """

    def __init__(self, location: str, fingerprint: str, name: str, width: int):
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise InputError(
                f"a feature cache is kept under a SHA-256 in hex. Received: {fingerprint!r}. "
                "Give the encoder such a fingerprint"
            )
        self.damaged = 0
        self._fingerprint = fingerprint
        self._name = name
        self._width = width
        self._folder = Place.of(location).inside(fingerprint)
        self._folder.make()
        self._segments: dict[str, Segment] = {}
        self._whole: set[str] = set()
        self._marked: set[str] = set()
        self._load()

    def get(self, digests: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        """Look vectors up.

        Args:
            digests: SHA-256 of each content, 32 bytes.

        Returns:
            Those that are there: float32 of shape (width,), by digest, bit for bit as they were put.
        """
        found: dict[bytes, np.ndarray] = {}
        if self._search(digests, found):
            self._look_again(digests, found)
        return found

    def put(self, digests: Sequence[bytes], vectors: np.ndarray) -> None:
        """Keep vectors, as one segment. Where that fails they are not kept, and that is said.

        Args:
            digests: SHA-256 of each content, 32 bytes.
            vectors: float32 of shape (digests, width).
        """
        if not digests:
            return
        try:
            name = write_segment(self._folder, self._fingerprint, self._name, self._width, [([*digests], vectors)])
            self._segments[name] = Segment.load(self._folder, name)
        except OSError as error:
            _LOG.warning("feature cache: %d vectors could not be kept (%s)", len(digests), error)

    def _load(self) -> None:
        """Learn of the segments that are there, and forget those that are not."""
        names = [info.base_name for info in self._folder.entries() if info.base_name.endswith(ENDING)]
        self._segments = {name: segment for name in names if (segment := self._loaded(name)) is not None}

    def _look_again(self, digests: Sequence[bytes], found: dict[bytes, np.ndarray]) -> None:
        """Look for what has vanished: it may have been merged into a segment that is not known here yet."""
        try:
            self._load()
        except InputError as error:
            _LOG.warning("feature cache: %s", error)
            return
        self._search(digests, found)

    def _loaded(self, name: str) -> Segment | None:
        if name in self._segments:
            return self._segments[name]
        try:
            return Segment.load(self._folder, name)
        except (pa.ArrowException, OSError, IndexError) as error:
            self._judge(name, error)
            return None

    def _search(self, digests: Sequence[bytes], found: dict[bytes, np.ndarray]) -> bool:
        """Add what is there to `found`, and tell whether a segment has vanished."""
        vanished = False
        missing = {digest for digest in digests if digest not in found}
        keys = prefixes(b"".join(missing))
        for segment in list(self._segments.values()):
            rows = segment.find(keys)
            if not rows.size:
                continue
            try:
                read = self._read(segment, rows, missing)
                self._mark(segment.name)
            except (pa.ArrowException, OSError) as error:
                vanished |= isinstance(error, OSError)
                self._judge(segment.name, error)
                del self._segments[segment.name]
                continue
            found.update(read)
            missing -= read.keys()
            keys = prefixes(b"".join(missing))
        return vanished

    def _read(self, segment: Segment, rows: np.ndarray, wanted: set[bytes]) -> dict[bytes, np.ndarray]:
        if segment.name not in self._whole:
            if not is_whole(self._folder, segment.name):
                raise pa.ArrowInvalid("its bytes have another digest than its name")
            self._whole.add(segment.name)
        read = {digest: vector for digest, vector in segment.read(rows) if digest in wanted}
        widths = {vector.shape[0] for vector in read.values()} - {self._width}
        if widths:
            raise pa.ArrowInvalid(f"its vectors have {widths} numbers instead of {self._width}")
        return read

    def _judge(self, name: str, error: Exception) -> None:
        """Set a segment aside unless it has only vanished, or could not be read this time."""
        try:
            if isinstance(error, OSError) and is_whole(self._folder, name):
                return
            self.damaged += set_aside(self._folder, name, str(error).splitlines()[0])
        except OSError as unreadable:
            if not isinstance(unreadable, FileNotFoundError):
                _LOG.warning("feature cache: %s cannot be read (%s); its vectors are computed anew", name, unreadable)

    def _mark(self, name: str) -> None:
        """Write down once that this process has used a segment."""
        if name in self._marked:
            return
        self._marked.add(name)
        try:
            mark_used(self._folder, name)
        except OSError as error:
            _LOG.warning("feature cache: the use of %s could not be written down (%s)", name, error)
