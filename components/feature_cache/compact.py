"""Merge the small segments of an encoder, so that a look-up has few to ask."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from components.feature_cache.last_used import mark_of, mark_used
from components.feature_cache.place import Place
from components.feature_cache.segment import is_whole, vectors_of
from components.feature_cache.set_aside import set_aside
from components.feature_cache.survey import StoredSegment, survey
from components.feature_cache.write_segment import write_segment

# Above this a segment is left as it is; a merged one ends with the segment that goes beyond `_LARGE`.
_SMALL = 32 << 20
_LARGE = 96 << 20
_LOG = logging.getLogger("fusegate.feature_cache")


def compact(location: str, encoder: str = "", least: int = 2) -> int:
    """Merge small segments, each group by one that holds every vector of it once.

    The merged segment is in its place before the others go, so a killed process loses nothing, and a run that reads
    meanwhile finds a vector in the one or in the others. Damaged segments are set aside, not merged.

    Args:
        location: Folder of the whole cache, as `Place.of` takes it.
        encoder: Only encoders whose fingerprint begins so.
        least: Fewer small segments than this are left as they are.

    Returns:
        How many segments fewer there are.

    Raises:
        InputError: The location cannot be used.
    """
    fewer = 0
    for stored in survey(location, encoder):
        small = [segment for segment in stored.segments if segment.size < _SMALL]
        if len(small) < max(2, least):
            continue
        folder = Place.of(location).inside(stored.fingerprint)
        for group in _groups(small):
            try:
                fewer += _merge(folder, stored.fingerprint, stored.name, stored.width, group)
            except (pa.ArrowException, OSError) as error:
                # Another process has merged or pruned them, or the disk is full; all that is there is still whole.
                _LOG.warning("feature cache: %d segments were left as they are (%s)", len(group), error)
    return fewer


def _groups(small: list[StoredSegment]) -> Iterator[list[StoredSegment]]:
    """Part segments into groups of about `_LARGE` bytes, such as were used together beside each other."""
    group: list[StoredSegment] = []
    for segment in sorted(small, key=lambda each: (each.used, each.name)):
        group.append(segment)
        if sum(each.size for each in group) >= _LARGE:
            yield group
            group = []
    if len(group) > 1:
        yield group


def _merge(folder: Place, fingerprint: str, name: str, width: int, group: list[StoredSegment]) -> int:
    whole = [segment for segment in group if _checked(folder, segment.name)]
    if len(whole) < 2:
        return 0
    merged = write_segment(folder, fingerprint, name, width, _distinct(folder, [segment.name for segment in whole]))
    mark_used(folder, merged, max(segment.used for segment in whole))
    gone = [segment.name for segment in whole if segment.name != merged]
    for each in gone:
        folder.remove(each)
        folder.remove(mark_of(each))
    return len(gone) - 1


def _checked(folder: Place, name: str) -> bool:
    if is_whole(folder, name):
        return True
    set_aside(folder, name, "its bytes have another digest than its name")
    return False


def _distinct(folder: Place, names: list[str]) -> Iterator[tuple[list[bytes], np.ndarray]]:
    """Read record batches one after the other, without the vectors that were there before."""
    seen: set[bytes] = set()
    for name in names:
        with folder.files.open_input_file(folder.file(name)) as file:
            reader = pa.ipc.open_file(file)
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                digests = batch.column(0).to_pylist()
                kept = [row for row, digest in enumerate(digests) if digest not in seen]
                seen.update(digests)
                if kept:
                    yield [digests[row] for row in kept], vectors_of(batch)[kept]
