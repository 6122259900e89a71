"""Check every segment of a feature cache against its digest."""

from __future__ import annotations

import dataclasses

import pyarrow as pa

from components.feature_cache.place import Place
from components.feature_cache.segment import Segment, is_whole, width_of
from components.feature_cache.set_aside import set_aside
from components.feature_cache.survey import survey


@dataclasses.dataclass(frozen=True)
class Verified:
    """What a check has found.

    Attributes:
        segments: Segments that were checked.
        vectors: Vectors in those that are whole.
        damaged: Paths of those that are not; they are set aside now.
    """

    segments: int
    vectors: int
    damaged: tuple[str, ...]


def verify(location: str, encoder: str = "") -> Verified:
    """Read every byte, and set aside what does not have the digest that it is named by.

    Args:
        location: Folder of the whole cache, as `Place.of` takes it.
        encoder: Only encoders whose fingerprint begins so.

    Raises:
        InputError: The location cannot be used.
        OSError: A segment cannot be read.
    """
    checked, vectors, damaged = 0, 0, []
    for stored in survey(location, encoder):
        folder = Place.of(location).inside(stored.fingerprint)
        for segment in stored.segments:
            try:
                fault, held = _fault(folder, segment.name)
            except FileNotFoundError:
                continue
            checked += 1
            vectors += held
            if fault and set_aside(folder, segment.name, fault):
                damaged.append(folder.file(segment.name))
    return Verified(checked, vectors, tuple(damaged))


def _fault(folder: Place, name: str) -> tuple[str, int]:
    """Return what is wrong with a segment, or nothing, and how many vectors it holds."""
    if not is_whole(folder, name):
        return "its bytes have another digest than its name", 0
    try:
        with folder.files.open_input_file(folder.file(name)) as file:
            width_of(pa.ipc.open_file(file).schema)
        return "", len(Segment.load(folder, name).keys)
    except (pa.ArrowException, IndexError) as error:
        return str(error).splitlines()[0], 0
