"""Whether groups are small enough and many enough for splits that can be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from components.paired_example_gen.group_by import PICTURE, TEXT, nodes_of
from components.paired_example_gen.pair_key import PairKey
from components.paired_example_gen.splits import Groups

# A split of fewer groups is a sample of those few and of nothing else.
_FEWEST_GROUPS = 10
_PRICES = {
    PICTURE: "the same text may then stand in several splits",
    TEXT: "the same picture may then stand in several splits",
}


def faults_of_grouping(
    pairs: Sequence[PairKey],
    sizes: Mapping[str, int],
    copies: Mapping[str, list[str]],
    shares: Mapping[str, float],
    group_by: str,
) -> list[str]:
    """Say, with the numbers, where grouping leaves too few groups for honest splits, and name the option.

    Args:
        pairs: The pairs that were placed.
        sizes: Pairs by group.
        copies: Copies by picture.
        shares: Share of each split.
        group_by: Which half makes a group.

    Returns:
        One text with the numbers; none where groups are many, or where the pairs themselves are too few.
    """
    largest = max(sizes.values(), default=0)
    smallest_split = min(shares.values()) * len(pairs)
    giant = 1 < largest > smallest_split
    few = len(sizes) * min(shares.values()) < _FEWEST_GROUPS <= smallest_split
    if not (giant or few):
        return []
    smallest = min(shares, key=lambda split: shares[split])
    said = (
        f"grouping by {group_by} must leave many small groups. Received: {len(sizes):,} groups of {len(pairs):,} "
        f"pairs, the largest with {largest:,} ({largest / len(pairs):.0%}), where {smallest} is to hold "
        f"{smallest_split:,.0f}. "
    )
    options = []
    for option in (PICTURE, TEXT):
        other = _sizes(pairs, copies, option)
        if option != group_by and (len(other) > len(sizes) or max(other.values()) < largest):
            options.append(
                f"data.group_by: {option} makes {len(other):,} groups, the largest with {max(other.values()):,}; "
                f"{_PRICES[option]}"
            )
    return [said + (". ".join(options) or "Add pairs with other pictures and texts")]


def _sizes(pairs: Sequence[PairKey], copies: Mapping[str, list[str]], group_by: str) -> Counter[str]:
    groups = Groups({})
    nodes = [nodes_of(pair, group_by) for pair in pairs]
    present = {node for own in nodes for node in own}
    for own in nodes:
        groups.join([*own, *(node for node in copies.get(own[0], ()) if node in present)])
    return Counter(groups.of(own[0]) for own in nodes)
