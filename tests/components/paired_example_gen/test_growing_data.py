"""Spans come one after the other; what was placed stays where it is."""

from __future__ import annotations

import random

import numpy as np
import pytest

from components import keys
from components.paired_example_gen.ledger import Ledger
from components.paired_example_gen.pair_key import PairKey
from components.paired_example_gen.placement import Placement, place
from components.pairs.reasons import Reason
from tests.components.paired_example_gen.planted import copy_of, crop, draw, key, resize

SHARES = {keys.TRAIN: 0.6, keys.EVAL: 0.2, keys.TEST: 0.2}
MEMES = 90


@pytest.fixture(scope="module")
def memes(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    return draw(tmp_path_factory.mktemp("memes"), MEMES)


@pytest.fixture(scope="module")
def spans(memes: list[bytes]) -> list[list[PairKey]]:
    """Three spans of 30 new memes; the later ones also hold copies and texts of earlier ones, and one bridge."""
    rng = np.random.default_rng(1)
    made = [[key(number, memes[number]) for number in range(start, start + 30)] for start in (0, 30, 60)]
    made[1] += [key(100 + number, copy_of(memes[number], rng, crop, resize)) for number in range(12)]
    made[1] += [key(120 + number, memes[number], text=f"other {number}") for number in range(12, 18)]
    made[2] += [key(200 + number, copy_of(memes[number], rng, crop), text=f"text {number}") for number in range(30, 45)]
    first = place(made[0], SHARES, 0).places
    train, test = (
        next(number for number in range(30) if first[f"f:{number}"][0] == split) for split in (keys.TRAIN, keys.TEST)
    )
    made[2].append(key(300, copy_of(memes[train], rng, resize), text=f"text {test}"))
    return made


def run(spans: list[list[PairKey]]) -> tuple[list[Placement], Ledger]:
    ledger, placements = Ledger(), []
    for pairs in spans:
        placements.append(place(pairs, SHARES, 0, ledger=ledger))
        ledger = placements[-1].ledger
    return placements, ledger


def test_copy_in_a_later_span_goes_to_the_split_of_what_it_copies(spans: list[list[PairKey]]) -> None:
    one, two, three = (placement.places for placement in run(spans)[0])
    assert all(two[f"f:{100 + number}"] == one[f"f:{number}"] for number in range(12))
    assert all(two[f"f:{120 + number}"] == one[f"f:{number}"] for number in range(12, 18))
    assert all(three[f"f:{200 + number}"] == two[f"f:{number}"] for number in range(30, 45))


def test_original_in_a_later_span_goes_to_the_split_of_its_copy(spans: list[list[PairKey]]) -> None:
    copies = [pair for pair in spans[1] if pair.id in {f"m{100 + number}" for number in range(12)}]
    (one, two), _ = run([copies, spans[0]])
    assert all(two.places[f"f:{number}"] == one.places[f"f:{100 + number}"] for number in range(12))


def test_pair_that_would_join_two_splits_is_the_only_one_set_apart(spans: list[list[PairKey]]) -> None:
    placements, _ = run(spans)
    assert [len(placement.rejected) for placement in placements] == [0, 0, 1]
    (bridge,) = placements[2].rejected
    assert (bridge.id, bridge.reason) == ("m300", Reason.BRIDGES_SPLITS)
    assert "its text to test and a copy of its picture to train" in bridge.detail


def test_no_fingerprint_ever_changes_its_split(spans: list[list[PairKey]]) -> None:
    seen: dict[str, str] = {}
    for placement in run(spans)[0]:
        for fingerprint, entry in placement.ledger.entries.items():
            assert seen.setdefault(fingerprint, entry.split) == entry.split
        assert set(placement.ledger.entries) == set(seen)


def test_span_that_is_run_again_has_the_same_result_and_adds_nothing(spans: list[list[PairKey]]) -> None:
    placements, ledger = run(spans)
    for pairs, before in zip(spans, placements, strict=True):
        again = place(pairs, SHARES, 0, ledger=ledger)
        assert again.ledger is ledger
        assert again.rejected == before.rejected
        assert again.places == before.places


def test_window_of_all_spans_keeps_every_split_and_places_what_a_span_alone_placed(spans: list[list[PairKey]]) -> None:
    placements, ledger = run(spans)
    window = place([pair for pairs in spans for pair in pairs], SHARES, 0, ledger=ledger)
    assert window.places == {source: where for placement in placements for source, where in placement.places.items()}


def test_many_growing_spans_of_shared_halves_never_leak() -> None:
    rng = random.Random(4)
    ledger, sides = Ledger(), {}
    for span in range(12):
        pairs = [
            PairKey(f"{span}-{n}", f"{span}:{n}", str(rng.randrange(400)), str(rng.randrange(400)), rng.randrange(2))
            for n in range(40)
        ]
        placement = place(pairs, SHARES, 0, ledger=ledger)
        ledger = placement.ledger
        by_source = {pair.source: pair for pair in pairs}
        for source, (split, _) in placement.places.items():
            for half in (by_source[source].picture_node, by_source[source].text_node):
                assert sides.setdefault(half, split) == split
        again = place(pairs, SHARES, 0, ledger=ledger)
        assert (again.places, again.rejected) == (placement.places, placement.rejected)
    assert set(sides.values()) == set(SHARES)


def test_ledger_is_empty_of_what_was_set_apart() -> None:
    pairs = [PairKey("a", "f:1", "1", "1", 0), PairKey("b", "f:2", "1", "1", 1), PairKey("c", "f:3", "3", "3", 1)]
    assert set(place(pairs, SHARES, 0).ledger.entries) == {"i3", "t3"}
