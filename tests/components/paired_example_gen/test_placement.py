from __future__ import annotations

import itertools

from components import keys
from components.paired_example_gen.placement import PairKey, place
from components.pairs.reasons import Reason

SHARES = {keys.TRAIN: 0.6, keys.EVAL: 0.2, keys.TEST: 0.2}


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
    records = [pair(2, id="twin"), pair(10, id="twin"), pair(3)]
    placement = place(records, SHARES, 0)
    assert set(placement.places) == {"f:2", "f:3"}
    (duplicate,) = placement.duplicates
    assert (duplicate.id, duplicate.reason, duplicate.source) == ("twin", Reason.ID_DUPLICATE, "f:10")
    assert "f:2" in duplicate.detail


def test_order_of_the_records_does_not_matter() -> None:
    records = [pair(1), pair(2, id="m1"), pair(3, image="i1"), pair(4, text="t3"), pair(11)]
    wanted = place(records, SHARES, 0)
    assert all(place(order, SHARES, 0) == wanted for order in itertools.permutations(records))


def test_counts_cover_every_kept_pair_by_split_and_label() -> None:
    placement = place([pair(number) for number in range(50)], SHARES, 0)
    assert sum(labels["1"] for labels in placement.counts.values()) == 25
    for split in keys.SPLITS:
        assert sum(placement.counts[split].values()) == [place[0] for place in placement.places.values()].count(split)


def test_audit_names_the_number_of_groups_and_the_largest() -> None:
    records = [pair(1), pair(2, image="i1"), pair(3, text="t2"), pair(4)]
    placement = place(records, SHARES, 0)
    assert placement.audit == {"groups": 2, "largest_group": 3}
    assert placement.places["f:1"] == placement.places["f:3"]


def test_group_does_not_reach_through_a_record_that_was_set_apart() -> None:
    records = [pair(1), pair(2, id="m1", image="i1", text="t3"), pair(3)]
    assert place(records, SHARES, 0).audit == {"groups": 2, "largest_group": 1}


def test_no_pairs_leave_all_counts_at_zero() -> None:
    placement = place([], SHARES, 0)
    assert placement.counts == {split: {"0": 0, "1": 0} for split in SHARES}
    assert placement.audit == {"groups": 0, "largest_group": 0}
