from __future__ import annotations

import itertools

import pytest

from components import keys
from components.paired_example_gen.ledger import Entry, Ledger
from components.paired_example_gen.pair_key import PairKey
from components.paired_example_gen.placement import Placement, place
from components.pairs.reasons import Reason

SHARES = {keys.TRAIN: 0.6, keys.EVAL: 0.2, keys.TEST: 0.2}


def pair(number: int, **values: object) -> PairKey:
    fields = {
        "id": f"m{number}",
        "source": f"f:{number}",
        "image": f"{number}",
        "text": f"{number}",
        "label": number % 2,
    }
    return PairKey(**(fields | values))  # type: ignore[arg-type]


def groups(placement: Placement) -> list[set[str]]:
    """Ids of the pairs of each group."""
    by_group: dict[str, set[str]] = {}
    for source, (_, group) in placement.places.items():
        by_group.setdefault(group, set()).add(source)
    return sorted(by_group.values(), key=min)


def test_pairs_that_share_a_half_have_one_place() -> None:
    placement = place([pair(1), pair(2, image="1"), pair(3, text="2"), pair(4)], SHARES, 0)
    assert groups(placement) == [{"f:1", "f:2", "f:3"}, {"f:4"}]
    assert placement.audit["groups"] == 2
    assert placement.audit["largest_group"] == 3


@pytest.mark.parametrize(
    ("group_by", "wanted"),
    [
        ("picture", [{"f:1", "f:2", "f:5"}, {"f:3"}, {"f:4"}]),
        ("text", [{"f:1"}, {"f:2", "f:3"}, {"f:4"}, {"f:5"}]),
        ("both", [{"f:1", "f:2", "f:3", "f:5"}, {"f:4"}]),
    ],
)
def test_half_that_makes_a_group_can_be_chosen(group_by: str, wanted: list[set[str]]) -> None:
    pairs = [pair(1), pair(2, image="1"), pair(3, text="2"), pair(4), pair(5, image="1", text="")]
    assert groups(place(pairs, SHARES, 0, group_by)) == wanted


def test_pairs_without_text_are_not_joined_by_it_and_are_grouped_by_their_picture() -> None:
    pairs = [pair(1, text=""), pair(2, text=""), pair(3, image="1", text="3")]
    assert groups(place(pairs, SHARES, 0)) == [{"f:1", "f:3"}, {"f:2"}]


def test_equal_fingerprints_of_a_picture_and_a_text_join_nothing() -> None:
    assert len(groups(place([pair(1, text="2"), pair(2, text="1")], SHARES, 0))) == 2


def test_order_of_the_records_does_not_matter() -> None:
    records = [pair(1), pair(2, id="m1"), pair(3, image="1"), pair(4, text="3"), pair(11)]
    known = Ledger({"i1": Entry("i1", keys.TRAIN), "t4": Entry("t4", keys.TEST), "i11": Entry("i11", keys.EVAL)})
    for ledger in (Ledger(), known):
        wanted = place(records, SHARES, 0, ledger=ledger)
        assert all(place(order, SHARES, 0, ledger=ledger) == wanted for order in itertools.permutations(records))


def test_order_of_the_spans_is_that_of_their_numbers() -> None:
    sources = [f"span-{span}/v{version}/pairs.tfrecord:{n}" for span in (2, 10) for version in (9, 11) for n in (3, 20)]
    twins = [pair(number, id="twin", source=source) for number, source in enumerate(sources)]
    for order in (twins, twins[::-1]):
        placement = place(order, SHARES, 0)
        assert list(placement.places) == [sources[0]]
        assert [rejection.source for rejection in placement.rejected] == sources[1:]


def test_counts_cover_every_kept_pair_by_split_and_label() -> None:
    placement = place([pair(number) for number in range(50)], SHARES, 0)
    assert sum(labels["1"] for labels in placement.counts.values()) == 25
    for split in keys.SPLITS:
        assert sum(placement.counts[split].values()) == [place[0] for place in placement.places.values()].count(split)


def test_group_does_not_reach_through_a_record_that_was_set_apart() -> None:
    records = [pair(1), pair(2, id="m1", image="1", text="3"), pair(3)]
    assert groups(place(records, SHARES, 0)) == [{"f:1"}, {"f:3"}]


def test_pair_that_would_join_two_splits_is_set_apart_and_its_halves_stay_where_they_are() -> None:
    ledger = Ledger({"i1": Entry("i1", keys.TRAIN), "t2": Entry("t2", keys.TEST)})
    placement = place([pair(1), pair(2), pair(3, image="1", text="2")], SHARES, 0, ledger=ledger)
    assert placement.places == {"f:1": (keys.TRAIN, "i1"), "f:2": (keys.TEST, "t2")}
    (bridge,) = placement.rejected
    assert (bridge.id, bridge.reason) == ("m3", Reason.BRIDGES_SPLITS)
    assert "Earlier data binds its text to test and its picture to train" in bridge.detail


def test_chain_of_new_pairs_between_two_splits_is_cut_at_one_pair() -> None:
    ledger = Ledger({"i1": Entry("i1", keys.TRAIN), "t4": Entry("t4", keys.TEST)})
    chain = [pair(1), pair(2, image="2", text="1"), pair(3, image="2", text="3"), pair(4, image="4", text="3"), pair(5)]
    chain.append(pair(6, image="4", text="4"))
    placement = place(chain, SHARES, 0, ledger=ledger)
    assert [each.reason for each in placement.rejected] == [Reason.BRIDGES_SPLITS]
    assert len(placement.places) == 5


def test_no_pairs_leave_all_counts_at_zero() -> None:
    placement = place([], SHARES, 0)
    assert placement.counts == {split: {"0": 0, "1": 0} for split in SHARES}
    assert (placement.audit["groups"], placement.audit["largest_group"], placement.audit["faults"]) == (0, 0, [])
    assert placement.ledger.entries == {}
