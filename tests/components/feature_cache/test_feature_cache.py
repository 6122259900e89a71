"""A cache gives back what was put, bit for bit, and takes all that is damaged or gone as a miss."""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from components.errors import InputError
from components.feature_cache.feature_cache import FeatureCache
from components.feature_cache.segment import Segment
from tests.components.feature_cache.drawn import (
    FINGERPRINT,
    OTHER,
    WIDTH,
    digests,
    filled,
    numbers_found,
    opened,
    vectors,
)


def test_vectors_come_back_bit_for_bit_in_another_process_and_nothing_else_does(tmp_path: Path) -> None:
    wanted = vectors(0, 5)
    wanted[0, :4] = [np.nan, -0.0, np.inf, 1e-45]
    opened(tmp_path).put(digests(0, 5), wanted)
    found = opened(tmp_path).get([*digests(3, 9), *digests(0, 1)])
    assert set(found) == {*digests(3, 5), *digests(0, 1)}
    assert found[digests(0, 1)[0]].tobytes() == wanted[0].tobytes()
    assert found[digests(4, 5)[0]].tobytes() == wanted[4].tobytes()


def test_another_encoder_misses(tmp_path: Path) -> None:
    filled(tmp_path, 0, 5)
    assert numbers_found(tmp_path, 5, OTHER) == set()
    assert numbers_found(tmp_path, 5) == set(range(5))


def test_what_one_process_puts_it_finds_itself(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    cache.put(digests(0, 3), vectors(0, 3))
    cache.put([], np.empty((0, WIDTH), np.float32))
    assert set(cache.get(digests(0, 4))) == set(digests(0, 3))


def test_a_segment_of_many_record_batches_is_read_row_by_row(tmp_path: Path) -> None:
    width = 100_000
    drawn = vectors(0, 7, width)
    opened(tmp_path, width=width).put(digests(0, 7), drawn)
    (file,) = (tmp_path / FINGERPRINT).glob("*.arrow")
    cache = opened(tmp_path, width=width)
    assert len(Segment.load(cache._folder, file.name).ends) == 4
    found = cache.get(digests(2, 6))
    for number in range(2, 6):
        np.testing.assert_array_equal(found[digests(number, number + 1)[0]], drawn[number])


def test_digests_that_begin_alike_are_told_apart(tmp_path: Path) -> None:
    alike = [b"\0" * 31 + bytes([number]) for number in range(4)]
    opened(tmp_path).put(alike[:3], vectors(0, 3))
    found = opened(tmp_path).get(alike[1:])
    assert list(found) == alike[1:3]
    np.testing.assert_array_equal(found[alike[2]], vectors(2, 3)[0])


@pytest.mark.parametrize("place", ["vector", "digest", "footer", "cut", "emptied"])
def test_a_damaged_segment_is_set_aside_and_said_and_its_vectors_are_misses(
    place: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = filled(tmp_path, 0, 50)
    filled(tmp_path, 50, 60)
    content = bytearray(file.read_bytes())
    if place in ("cut", "emptied"):
        content = content[: len(content) // 2 if place == "cut" else 0]
    else:
        sought = {"vector": vectors(7, 8).tobytes(), "digest": digests(7, 8)[0], "footer": b"ARROW1"}[place]
        content[content.rindex(sought)] ^= 1
    file.write_bytes(content)
    with caplog.at_level(logging.WARNING, "fusegate.feature_cache"):
        cache = opened(tmp_path)
        assert set(cache.get(digests(0, 60))) == set(digests(50, 60))
    assert cache.damaged == 1
    assert f"{file.name} is damaged" in caplog.text
    assert not file.exists()
    assert file.with_suffix(".damaged").exists()
    cache.put(digests(0, 50), vectors(0, 50))
    assert numbers_found(tmp_path, 60) == set(range(60))


def test_a_segment_with_vectors_of_another_width_is_set_aside(tmp_path: Path) -> None:
    filled(tmp_path, 0, 3)
    cache = opened(tmp_path, width=WIDTH + 1)
    assert cache.get(digests(0, 3)) == {}
    assert cache.damaged == 1


def test_a_file_that_is_no_segment_is_set_aside(tmp_path: Path) -> None:
    folder = tmp_path / FINGERPRINT
    folder.mkdir()
    (folder / "notes.arrow").write_text("no segment")
    assert opened(tmp_path).damaged == 1
    assert [path.name for path in folder.iterdir()] == ["notes.damaged"]


def test_a_segment_that_vanishes_is_a_miss_and_what_took_its_place_is_found(tmp_path: Path) -> None:
    file = filled(tmp_path, 0, 5)
    reader = opened(tmp_path)
    file.unlink()
    assert reader.get(digests(0, 5)) == {}
    filled(tmp_path, 0, 3)
    late = opened(tmp_path)
    (first,) = (tmp_path / FINGERPRINT).glob("*.arrow")
    filled(tmp_path, 0, 4)
    first.unlink()
    assert set(late.get(digests(0, 5))) == set(digests(0, 4))
    assert (reader.damaged, late.damaged) == (0, 0)


def test_many_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    def write(number: int) -> None:
        opened(tmp_path).put(digests(number, number + 10), vectors(number, number + 10))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(40)))
    assert numbers_found(tmp_path, 60) == set(range(49))


def test_where_nothing_can_be_written_the_run_goes_on_and_it_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = opened(tmp_path)
    os.rename(tmp_path / FINGERPRINT, tmp_path / "elsewhere")
    (tmp_path / FINGERPRINT).write_text("a file where the folder was")
    with caplog.at_level(logging.WARNING, "fusegate.feature_cache"):
        cache.put(digests(0, 3), vectors(0, 3))
    assert "3 vectors could not be kept" in caplog.text


def test_a_location_that_cannot_be_used_is_refused_with_what_was_received(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(InputError, match="Received: .*/file"):
        opened(file)
    with pytest.raises(InputError, match="Received: nosuch://bucket"):
        FeatureCache("nosuch://bucket", FINGERPRINT, "drawn", WIDTH)


@pytest.mark.parametrize("fingerprint", ["", "given-5", "../../elsewhere", "AB" * 32])
def test_a_fingerprint_that_is_no_digest_is_refused(fingerprint: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="SHA-256"):
        opened(tmp_path, fingerprint)
