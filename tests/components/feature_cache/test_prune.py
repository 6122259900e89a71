"""Pruning removes what was not used for longest, within its bounds, and merges what stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from components.feature_cache.compact import compact
from components.feature_cache.last_used import mark_of, mark_used
from components.feature_cache.place import Place
from components.feature_cache.prune import DAY, prune
from components.feature_cache.survey import survey
from components.feature_cache.verify import verify
from tests.components.feature_cache.drawn import FINGERPRINT, OTHER, digests, filled, numbers_found, opened


def aged(file: Path, days: float) -> Path:
    """Let a segment have been used so many days ago."""
    mark_used(Place.of(str(file.parent)), file.name, time.time() - days * DAY)
    return file


def names(root: Path) -> set[str]:
    return {path.name for path in root.rglob("*") if path.is_file()}


def test_what_was_not_used_for_so_many_days_goes(tmp_path: Path) -> None:
    old, young = aged(filled(tmp_path, 0, 5), 31), aged(filled(tmp_path, 5, 9, OTHER), 29)
    pruned = prune(str(tmp_path), older_than_days=30)
    assert (pruned.segments, pruned.kept) == (1, young.stat().st_size)
    assert not old.exists()
    assert names(tmp_path) == {young.name, mark_of(young.name)}


def test_a_look_up_makes_a_segment_young_again(tmp_path: Path) -> None:
    read, unread = aged(filled(tmp_path, 0, 5), 50), aged(filled(tmp_path, 5, 9), 40)
    opened(tmp_path).get(digests(0, 1))
    assert prune(str(tmp_path), older_than_days=30).segments == 1
    assert read.exists()
    assert not unread.exists()


def test_the_least_recently_used_go_until_the_rest_fits(tmp_path: Path) -> None:
    files = [aged(filled(tmp_path, 5 * n, 5 * n + 5, fp), age) for n, (fp, age) in enumerate(_AGES)]
    size = files[0].stat().st_size
    assert prune(str(tmp_path), max_bytes=2.5 * size, dry_run=True).segments == 2
    assert all(file.exists() for file in files)
    prune(str(tmp_path), max_bytes=2.5 * size)
    assert sum(stored.size for stored in survey(str(tmp_path))) <= 2.5 * size
    assert numbers_found(tmp_path, 20) == {5, 6, 7, 8, 9}
    assert numbers_found(tmp_path, 20, OTHER) == {15, 16, 17, 18, 19}


_AGES = [(FINGERPRINT, 9.0), (FINGERPRINT, 3.0), (OTHER, 7.0), (OTHER, 1.0)]


def test_an_encoder_is_removed_whole_and_alone(tmp_path: Path) -> None:
    filled(tmp_path, 0, 5)
    other = filled(tmp_path, 0, 5, OTHER)
    assert prune(str(tmp_path), encoder=FINGERPRINT[:8]).segments == 1
    assert names(tmp_path) == {other.name}


def test_a_bound_with_an_encoder_holds_for_that_encoder(tmp_path: Path) -> None:
    aged(filled(tmp_path, 0, 5), 1)
    aged(filled(tmp_path, 0, 5, OTHER), 99)
    assert prune(str(tmp_path), encoder=FINGERPRINT, older_than_days=30).segments == 0
    assert prune(str(tmp_path), encoder=FINGERPRINT, max_bytes=0).segments == 1
    assert numbers_found(tmp_path, 5, OTHER) == set(range(5))


def test_leftovers_of_killed_processes_go_but_not_what_is_being_written(tmp_path: Path) -> None:
    file = filled(tmp_path, 0, 5)
    folder = file.parent
    for name in ("a.damaged", "b.used", "c.partial", "d.partial"):
        (folder / name).write_bytes(b"")
    os.utime(folder / "c.partial", (0, 0))
    assert prune(str(tmp_path), dry_run=True).rubbish == 3
    assert prune(str(tmp_path)).rubbish == 3
    assert names(tmp_path) == {file.name, "d.partial"}


def test_a_run_that_reads_while_its_segments_are_pruned_has_misses_and_no_error(tmp_path: Path) -> None:
    filled(tmp_path, 0, 5)
    reader = opened(tmp_path)
    prune(str(tmp_path), max_bytes=0)
    assert reader.get(digests(0, 5)) == {}
    assert reader.damaged == 0


def test_a_run_that_reads_while_its_segments_are_merged_finds_every_vector(tmp_path: Path) -> None:
    for start in (0, 4, 8):
        filled(tmp_path, start, start + 6)
    reader = opened(tmp_path)
    assert prune(str(tmp_path)).merged == 2
    assert set(reader.get(digests(0, 20))) == set(digests(0, 14))


def test_merged_segments_hold_each_vector_once_and_keep_their_age(tmp_path: Path) -> None:
    for start, days in ((0, 10), (3, 9), (7, 7)):
        aged(filled(tmp_path, start, start + 5), days)
    assert compact(str(tmp_path), least=4) == 0
    assert compact(str(tmp_path)) == 2
    (stored,) = survey(str(tmp_path))
    assert (stored.name, stored.width, len(stored.segments)) == ("drawn", 24, 1)
    assert time.time() - stored.segments[0].used == pytest.approx(7 * DAY, abs=60)
    assert verify(str(tmp_path)).vectors == 12
    assert numbers_found(tmp_path, 20) == set(range(12))


def test_a_damaged_segment_is_not_merged(tmp_path: Path) -> None:
    damaged = filled(tmp_path, 0, 5)
    filled(tmp_path, 5, 9)
    filled(tmp_path, 9, 12)
    damaged.write_bytes(damaged.read_bytes()[:-9])
    assert compact(str(tmp_path)) == 1
    assert damaged.with_suffix(".damaged").exists()
    assert numbers_found(tmp_path, 20) == set(range(5, 12))


def test_a_location_without_a_cache_is_empty(tmp_path: Path) -> None:
    assert survey(str(tmp_path / "none")) == []
    assert prune(str(tmp_path / "none"), max_bytes=0).segments == 0
