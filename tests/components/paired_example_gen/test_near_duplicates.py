"""Copies of drawn memes, which share few shapes, are found; memes that only look alike are not taken for copies."""

from __future__ import annotations

import base64
import itertools
from collections import Counter

import numpy as np
import pytest

from components import keys
from components.paired_example_gen.near_duplicates import NearDuplicates
from components.paired_example_gen.perceptual import core_signs
from components.paired_example_gen.placement import place
from tests.components.paired_example_gen.planted import copy_of, crop, draw, key, resize, same

SHARES = {keys.TRAIN: 0.6, keys.EVAL: 0.2, keys.TEST: 0.2}
MEMES, COPIES, CROWD = 600, 200, 1500
CHANGES = ((same,), (resize,), (crop,), (crop, resize))


@pytest.fixture(scope="module")
def memes(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    return draw(tmp_path_factory.mktemp("memes"), MEMES)


@pytest.fixture(scope="module")
def copies(memes: list[bytes]) -> list[bytes]:
    rng = np.random.default_rng(3)
    changes = itertools.cycle(CHANGES)
    return [copy_of(picture, rng, *next(changes)) for picture in memes[:COPIES]]


def thumbnails(pictures: list[bytes]) -> np.ndarray:
    content = [base64.b64decode(key(0, picture).thumbnail) for picture in pictures]
    return np.frombuffer(b"".join(content), np.uint8).reshape(-1, 32, 32)


def edges(known: np.ndarray, sought: np.ndarray, of_larger: bool) -> set[tuple[int, int]]:
    found = NearDuplicates(core_signs(known)).find(sought, of_larger)
    return {pair for rows, columns in found for pair in zip(rows.tolist(), columns.tolist(), strict=True)}


def test_no_copy_of_200_straddles_a_split_and_few_unrelated_memes_share_a_group(
    memes: list[bytes], copies: list[bytes]
) -> None:
    originals = [key(number, picture) for number, picture in enumerate(memes)]
    planted = [key(MEMES + number, picture) for number, picture in enumerate(copies)]
    places = place([*originals, *planted], SHARES, seed=0).places
    assert sum(places[f"f:{number}"] != places[f"f:{MEMES + number}"] for number in range(COPIES)) == 0
    groups = Counter(group for _, group in place(originals, SHARES, seed=0).places.values())
    assert sum(size for size in groups.values() if size > 1) < 0.01 * MEMES
    assert {split for split, _ in places.values()} == set(SHARES)


@pytest.mark.parametrize("of_larger", [False, True])
def test_copy_is_found_whichever_came_first(memes: list[bytes], copies: list[bytes], of_larger: bool) -> None:
    old, new = (memes, copies) if not of_larger else (copies, memes[:COPIES])
    found = edges(thumbnails(old), thumbnails(new), of_larger)
    assert {row for row, column in found if row == column} == set(range(COPIES))


def test_pictures_that_thousands_resemble_are_found_at_a_bounded_cost() -> None:
    rng = np.random.default_rng(0)
    crowd = np.clip(rng.integers(40, 215, (1, 32, 32)) + rng.integers(-2, 3, (CROWD, 32, 32)), 0, 255).astype(np.uint8)
    found = edges(crowd, crowd, of_larger=False)
    assert len(found) < CROWD * 8 * 32
    group = list(range(CROWD))
    for row, column in sorted(found):
        while group[row] != row:
            row = group[row]
        while group[column] != column:
            column = group[column]
        group[max(row, column)] = min(row, column)
    assert [number for number in range(CROWD) if group[number] == number] == [0]


def test_nothing_is_found_among_nothing() -> None:
    none = np.empty((0, 32, 32), np.uint8)
    some = np.random.default_rng(0).integers(0, 255, (2, 32, 32)).astype(np.uint8)
    assert edges(none, some, True) == edges(some, none, False) == set()
