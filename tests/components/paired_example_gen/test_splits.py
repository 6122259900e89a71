from __future__ import annotations

import collections

from hypothesis import given
from hypothesis import strategies as st

from components import keys
from components.paired_example_gen.splits import assign_groups, split_of

SHARES = {keys.TRAIN: 0.7, keys.EVAL: 0.15, keys.TEST: 0.15}


def test_indirectly_connected_pairs_are_one_group() -> None:
    groups = assign_groups([("a", "1", "x"), ("b", "1", "y"), ("c", "2", "y"), ("d", "2", "z"), ("e", "3", "w")])
    assert len({groups[pair] for pair in "abcd"}) == 1
    assert groups["e"] != groups["a"]


def test_picture_and_text_of_equal_fingerprint_are_not_connected() -> None:
    groups = assign_groups([("a", "1", "2"), ("b", "2", "1")])
    assert groups["a"] != groups["b"]


def test_pairs_without_text_are_not_connected_by_it() -> None:
    groups = assign_groups([("a", "1", ""), ("b", "2", ""), ("c", "1", "")])
    assert groups["a"] == groups["c"] != groups["b"]


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=30).flatmap(
        lambda pairs: st.tuples(st.just(pairs), st.permutations(range(len(pairs))))
    )
)
def test_groups_are_the_connected_components_in_any_order(drawn: tuple[list[tuple[int, int]], list[int]]) -> None:
    pairs, order = drawn
    rows = [(str(number), str(image), str(text)) for number, (image, text) in enumerate(pairs)]
    groups = assign_groups(rows)
    assert assign_groups([rows[number] for number in order]) == groups
    # Spread the smallest row number over shared halves until nothing changes.
    component = list(range(len(rows)))
    for _ in rows:
        for one, other in ((i, j) for i in range(len(rows)) for j in range(len(rows))):
            if pairs[one][0] == pairs[other][0] or pairs[one][1] == pairs[other][1]:
                component[one] = component[other] = min(component[one], component[other])
    for one in range(len(rows)):
        for other in range(len(rows)):
            assert (groups[str(one)] == groups[str(other)]) == (component[one] == component[other])


def test_shares_are_nearly_kept() -> None:
    sizes = collections.Counter(split_of(f"group {number}", SHARES, seed=1) for number in range(10_000))
    for split, share in SHARES.items():
        assert abs(sizes[split] / 10_000 - share) < 0.015


def test_split_of_a_group_is_fixed_and_changes_with_the_seed() -> None:
    # Written down: a change here moves examples between splits for everyone.
    assert [split_of(group, SHARES, seed=0) for group in ("i1", "i2", "i3", "i5")] == [
        keys.TRAIN,
        keys.TRAIN,
        keys.EVAL,
        keys.TEST,
    ]
    one, two = ([split_of(f"g{n}", SHARES, seed) for n in range(200)] for seed in (1, 2))
    assert one != two


def test_shares_that_add_up_to_a_little_less_than_one_place_every_group() -> None:
    shares = {keys.TRAIN: 0.0, keys.EVAL: 0.0, keys.TEST: 1 - 1e-7}
    assert {split_of(f"g{n}", shares, 0) for n in range(100)} == {keys.TEST}
