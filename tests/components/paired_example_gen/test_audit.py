from __future__ import annotations

import json
from dataclasses import replace

from components import keys
from components.paired_example_gen.audit import audit_counts
from components.paired_example_gen.describe_audit import describe_audit
from components.paired_example_gen.ledger import Entry, Ledger
from components.paired_example_gen.pair_key import PairKey
from components.paired_example_gen.placement import place

SHARES = {keys.TRAIN: 0.6, keys.EVAL: 0.2, keys.TEST: 0.2}


def pair(number: int, image: int, text: int | None = None, label: int | None = None) -> PairKey:
    label = number % 2 if label is None else label
    return PairKey(f"m{number:04d}", f"f:{number}", f"{image}", f"{number if text is None else text}", label)


def test_largest_groups_come_first_with_two_of_their_ids() -> None:
    pairs = [pair(number, image=number // 3) for number in range(36)] + [pair(100, image=0)]
    audit = place(pairs, SHARES, 0).audit
    assert len(audit["largest"]) == 10
    first = audit["largest"][0]
    assert (first["pairs"], first["examples"]) == (4, ["m0000", "m0001"])
    assert first["split"] in SHARES
    assert [each["pairs"] for each in audit["largest"]] == [4, *[3] * 9]


def test_what_a_random_split_would_have_torn_apart_is_counted_by_half() -> None:
    alone = place([pair(number, image=number) for number in range(300)], SHARES, 0).audit["random_split"]
    assert (alone["pictures"], alone["texts"]) == (0, 0)
    assert 80 < alone["held_out"] < 160
    shared = place([pair(number, image=number // 100) for number in range(300)], SHARES, 0).audit["random_split"]
    assert (shared["pictures"], shared["texts"]) == (shared["held_out"], 0)
    assert shared["copied_pictures"] == 0


def test_pictures_that_give_their_label_away_are_counted_among_those_of_several_pairs() -> None:
    pairs = [pair(0, 1, label=0), pair(1, 1, label=0), pair(2, 2, label=0), pair(3, 2, label=1), pair(4, 3)]
    assert place(pairs, SHARES, 0).audit["per_picture"] == {"of_several_pairs": 2, "of_one_label": 1, "share": 0.5}


def test_pairs_of_groups_from_before_and_those_set_apart_are_counted() -> None:
    ledger = Ledger({"i1": Entry("i1", keys.TRAIN), "t9": Entry("t9", keys.TEST)})
    pairs = [pair(1, 1), pair(2, 1), pair(3, 3), pair(4, 1, text=9), pair(5, 5, text=5, label=1), pair(6, 5, 5, 1)]
    audit = place(pairs, SHARES, 0, ledger=ledger).audit
    assert audit["placed_before"] == 2
    assert audit["set_apart"] == {"bridges_splits": 1, "pair_duplicate": 1}


def test_audit_goes_through_json_and_its_counts_are_numbers() -> None:
    audit = place([pair(number, image=number // 2) for number in range(40)], SHARES, 0).audit
    assert json.loads(json.dumps(audit)) == audit
    assert audit_counts(audit)["groups"] == 20
    assert all(type(value) is int for value in audit_counts(audit).values())


def test_description_names_every_number_that_matters() -> None:
    rows = dict(describe_audit(place([pair(number, image=number // 2) for number in range(40)], SHARES, 0).audit))
    assert rows["Groups (by both)"] == "20 of 40 pairs; the largest holds 2"
    assert rows["Pictures of several pairs that have one label only"] == "0 of 20 (0%)"
    assert rows["Bridges between splits set apart"] == "0"


def test_one_template_under_most_captions_is_told_with_the_numbers_and_the_options() -> None:
    pairs = [pair(number, image=0 if number < 200 else number) for number in range(300)]
    (fault,) = place(pairs, SHARES, 0).audit["faults"]
    assert "grouping by both" in fault
    assert "101 groups of 300 pairs, the largest with 200 (67%), where eval is to hold 60" in fault
    assert "data.group_by: text makes 300 groups, the largest with 1; the same picture may then stand" in fault
    assert "data.group_by: picture" not in fault


def test_where_no_option_helps_more_data_is_asked_for() -> None:
    pairs = [pair(number, image=number % 3, text=number % 4, label=1) for number in range(300)]
    pairs = [replace(each, text=f"{each.text}{each.id[-1]}") for each in pairs]
    (fault,) = place(pairs, SHARES, 0, "text").audit["faults"]
    assert fault.endswith("Add pairs with other pictures and texts")


def test_few_groups_are_told_even_if_none_is_a_giant() -> None:
    pairs = [pair(number, image=number % 20) for number in range(300)]
    (fault,) = place(pairs, SHARES, 0, "picture").audit["faults"]
    assert "Received: 20 groups of 300 pairs" in fault
    assert "data.group_by: text makes 300 groups" in fault


def test_small_data_without_shared_halves_has_no_fault_of_grouping() -> None:
    assert place([pair(number, image=number) for number in range(12)], SHARES, 0).audit["faults"] == []
