"""What a feature cache holds, by encoder."""

from __future__ import annotations

import dataclasses
import re

import pyarrow as pa
import pyarrow.fs as pafs

from components.feature_cache.last_used import last_used
from components.feature_cache.place import Place
from components.feature_cache.segment import DIGEST_BYTES, ENDING, NAME, width_of
from components.feature_cache.set_aside import DAMAGED

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@dataclasses.dataclass(frozen=True)
class StoredSegment:
    """A segment as it lies on the disk.

    Attributes:
        name: The file's name.
        size: Bytes.
        used: When it was last read or written, in seconds since 1970.
    """

    name: str
    size: int
    used: float


@dataclasses.dataclass(frozen=True)
class StoredEncoder:
    """The folder of one encoder.

    Attributes:
        fingerprint: The encoder's.
        name: The encoder's name; empty where no segment can be read.
        width: Length of a vector; 0 likewise.
        segments: In the order of their names.
        damaged: How many segments lie set aside.
    """

    fingerprint: str
    name: str
    width: int
    segments: tuple[StoredSegment, ...]
    damaged: int

    @property
    def size(self) -> int:
        """Bytes of all segments."""
        return sum(segment.size for segment in self.segments)

    @property
    def vectors(self) -> int:
        """About how many vectors there are, from the bytes; one that two segments hold counts twice."""
        return self.size // (4 * self.width + DIGEST_BYTES) if self.width else 0

    @property
    def used(self) -> float:
        """When a segment was last used, in seconds since 1970."""
        return max((segment.used for segment in self.segments), default=0.0)


def survey(location: str, encoder: str = "") -> list[StoredEncoder]:
    """List what a cache holds; no vector is read.

    Args:
        location: Folder of the whole cache, as `Place.of` takes it.
        encoder: Only encoders whose fingerprint begins so.

    Returns:
        The encoders, by fingerprint; none where there is no cache.

    Raises:
        InputError: The location cannot be used.
    """
    place = Place.of(location)
    folders = [info.base_name for info in place.entries() if info.type == pafs.FileType.Directory]
    return [
        _encoder(place.inside(name), name)
        for name in folders
        if _FINGERPRINT.fullmatch(name) and name.startswith(encoder)
    ]


def _encoder(folder: Place, fingerprint: str) -> StoredEncoder:
    entries = folder.entries()
    segments = tuple(
        StoredSegment(info.base_name, info.size, last_used(folder, info))
        for info in entries
        if info.base_name.endswith(ENDING)
    )
    name, width = next(filter(None, (_described(folder, segment.name) for segment in segments)), ("", 0))
    damaged = sum(info.base_name.endswith(DAMAGED) for info in entries)
    return StoredEncoder(fingerprint, name, width, segments, damaged)


def _described(folder: Place, name: str) -> tuple[str, int] | None:
    """Return what a segment says of its encoder, or None where it cannot be read."""
    try:
        with folder.files.open_input_file(folder.file(name)) as file:
            schema = pa.ipc.open_file(file).schema
        return (schema.metadata or {}).get(NAME, b"").decode(errors="replace"), width_of(schema)
    except (pa.ArrowException, OSError):
        return None
