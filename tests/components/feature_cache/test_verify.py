"""Verifying reads every byte, and takes what is damaged out of use."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from components.feature_cache.place import Place
from components.feature_cache.verify import verify
from components.feature_cache.write_segment import write_segment
from tests.components.feature_cache.drawn import FINGERPRINT, OTHER, digests, filled


def test_whole_segments_are_counted_with_their_vectors(tmp_path: Path) -> None:
    filled(tmp_path, 0, 5)
    filled(tmp_path, 5, 12, OTHER)
    verified = verify(str(tmp_path))
    assert (verified.segments, verified.vectors, verified.damaged) == (2, 12, ())
    assert verify(str(tmp_path), OTHER[:6]).vectors == 7


def test_one_flipped_bit_is_found_and_the_segment_is_set_aside(tmp_path: Path) -> None:
    filled(tmp_path, 0, 5)
    damaged = filled(tmp_path, 5, 12)
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    verified = verify(str(tmp_path))
    assert (verified.segments, verified.vectors, verified.damaged) == (2, 5, (str(damaged),))
    assert verify(str(tmp_path)).segments == 1


def test_a_segment_written_in_pieces_is_whole(tmp_path: Path) -> None:
    folder = Place.of(str(tmp_path)).inside(FINGERPRINT)
    folder.make()
    pieces = [(digests(n, n + 3), np.full((3, 2), n, np.float32)) for n in (0, 3, 6)]
    write_segment(folder, FINGERPRINT, "drawn", 2, iter(pieces))
    assert verify(str(tmp_path)).vectors == 9
