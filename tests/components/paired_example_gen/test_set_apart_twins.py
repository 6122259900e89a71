from __future__ import annotations

import itertools

from components.paired_example_gen.pair_key import PairKey
from components.paired_example_gen.set_apart_twins import set_apart_twins
from components.pairs.reasons import Reason


def pair(number: int, **values: object) -> PairKey:
    fields = {
        "id": f"m{number}",
        "source": f"f:{number}",
        "image": f"i{number}",
        "text": f"t{number}",
        "label": number % 2,
    }
    return PairKey(**(fields | values))  # type: ignore[arg-type]


def test_first_record_with_an_id_stays_and_the_others_are_set_apart() -> None:
    kept, (duplicate,) = set_apart_twins([pair(10, id="twin"), pair(2, id="twin"), pair(3)])
    assert {each.source for each in kept} == {"f:2", "f:3"}
    assert (duplicate.id, duplicate.reason, duplicate.source) == ("twin", Reason.ID_DUPLICATE, "f:10")
    assert "f:2" in duplicate.detail


def test_pair_that_stands_there_often_is_kept_once_and_each_other_one_counted() -> None:
    copies = [pair(number, image="i", text="t", label=1) for number in (3, 1, 2)]
    kept, rejected = set_apart_twins([*copies, pair(9)])
    assert [each.id for each in kept] == ["m1", "m9"]
    assert [(each.id, each.reason) for each in rejected] == [
        ("m2", Reason.PAIR_DUPLICATE),
        ("m3", Reason.PAIR_DUPLICATE),
    ]
    assert "'m1' at f:1" in rejected[0].detail


def test_pair_with_both_labels_is_set_apart_whole_and_each_side_names_the_other() -> None:
    contradicting = [pair(1, image="i", text="t", label=1), pair(2, image="i", text="t", label=0)]
    kept, rejected = set_apart_twins([*contradicting, pair(3, image="i", text="t", label=0), pair(4)])
    assert [each.id for each in kept] == ["m4"]
    assert [(each.id, each.reason) for each in rejected] == [(f"m{n}", Reason.LABEL_CONFLICT) for n in (1, 2, 3)]
    assert ["f:2" in rejected[0].detail, "f:1" in rejected[1].detail, "f:1" in rejected[2].detail] == [True] * 3


def test_contradiction_under_one_id_is_a_contradiction_and_not_a_duplicate() -> None:
    kept, rejected = set_apart_twins([pair(1, id="a", label=1), pair(2, id="a", image="i1", text="t1", label=0)])
    assert kept == []
    assert {each.reason for each in rejected} == {Reason.LABEL_CONFLICT}


def test_one_half_alone_in_common_is_neither() -> None:
    pairs = [pair(1), pair(2, image="i1"), pair(3, text="t1")]
    assert set_apart_twins(pairs) == (pairs, [])


def test_order_does_not_matter() -> None:
    pairs = [pair(1), pair(2, id="m1"), pair(3, image="i1", text="t1"), pair(4, image="i5", text="t5"), pair(5)]
    wanted = set_apart_twins(pairs)
    assert all(set_apart_twins(order) == wanted for order in itertools.permutations(pairs))
