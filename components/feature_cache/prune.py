"""Bound a feature cache: what was not used for longest goes first."""

from __future__ import annotations

import dataclasses
import time

from components.feature_cache.compact import compact
from components.feature_cache.last_used import USED, mark_of
from components.feature_cache.place import Place
from components.feature_cache.segment import ENDING
from components.feature_cache.set_aside import DAMAGED
from components.feature_cache.survey import StoredEncoder, StoredSegment, survey
from components.feature_cache.write_segment import PARTIAL

DAY = 86_400.0


@dataclasses.dataclass(frozen=True)
class Pruned:
    """What was removed.

    Attributes:
        segments: Segments removed.
        size: Their bytes.
        kept: Bytes of the segments that stay.
        rubbish: Damaged segments, and leftovers of killed processes, that were removed.
        merged: How many segments fewer there are since small ones were merged.
    """

    segments: int
    size: int
    kept: int
    rubbish: int
    merged: int


def prune(
    location: str,
    encoder: str = "",
    max_bytes: float | None = None,
    older_than_days: float | None = None,
    dry_run: bool = False,
) -> Pruned:
    """Remove what was not used for longest; with an encoder and no bound, all of that encoder.

    A run that goes on meanwhile takes a segment that has gone as a miss. What stays is merged where it is small.

    Args:
        location: Folder of the whole cache, as `Place.of` takes it.
        encoder: Only encoders whose fingerprint begins so; the bounds are then theirs.
        max_bytes: Most bytes that stay.
        older_than_days: What was used within so many days stays, as far as `max_bytes` lets it.
        dry_run: Tell what would be removed; `merged` is then 0.

    Raises:
        InputError: The location cannot be used.
        OSError: A file cannot be removed.
    """
    place = Place.of(location)
    found = survey(location, encoder)
    everything = bool(encoder) and max_bytes is None and older_than_days is None
    doomed = _doomed(found, everything, max_bytes, older_than_days)
    rubbish = [(stored.fingerprint, name) for stored in found for name in _rubbish(place.inside(stored.fingerprint))]
    merged = 0
    if not dry_run:
        for fingerprint, segment in doomed:
            place.inside(fingerprint).remove(segment.name)
            place.inside(fingerprint).remove(mark_of(segment.name))
        for fingerprint, name in rubbish:
            place.inside(fingerprint).remove(name)
        merged = compact(location, encoder)
    size = sum(segment.size for _, segment in doomed)
    kept = sum(stored.size for stored in found) - size
    return Pruned(len(doomed), size, kept, len(rubbish), merged)


def _doomed(
    found: list[StoredEncoder], everything: bool, max_bytes: float | None, older_than_days: float | None
) -> list[tuple[str, StoredSegment]]:
    """Choose the segments that go, each with its encoder's fingerprint, the least recently used first."""
    segments = sorted(
        ((stored.fingerprint, segment) for stored in found for segment in stored.segments),
        key=lambda each: (each[1].used, each[1].name),
    )
    left = sum(segment.size for _, segment in segments)
    oldest = -1.0 if older_than_days is None else time.time() - older_than_days * DAY
    doomed = []
    for fingerprint, segment in segments:
        if everything or segment.used < oldest or (max_bytes is not None and left > max_bytes):
            doomed.append((fingerprint, segment))
            left -= segment.size
    return doomed


def _rubbish(folder: Place) -> list[str]:
    """Find what nobody will read: damaged segments, marks without a segment, and writes that were never finished."""
    entries = folder.entries()
    names = {info.base_name for info in entries}
    yesterday = time.time() - DAY
    return [
        info.base_name
        for info in entries
        if info.base_name.endswith(DAMAGED)
        or (info.base_name.endswith(USED) and info.base_name.replace(USED, ENDING) not in names)
        # A younger one may still be written to.
        or (info.base_name.endswith(PARTIAL) and (info.mtime_ns or 0) / 1e9 < yesterday)
    ]
