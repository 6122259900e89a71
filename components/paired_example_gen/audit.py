"""What the division into splits was checked for, in numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from components import keys
from components.paired_example_gen.honest_splits import faults_of_grouping
from components.paired_example_gen.ledger import Ledger
from components.paired_example_gen.pair_key import PairKey
from components.paired_example_gen.splits import Groups, split_of
from components.pairs.rejection import Rejection

AUDIT_FILE = "audit.json"
_LARGEST = 10
_SHOWN_IDS = 2


class Placed(NamedTuple):
    """A pair with its split and its group."""

    pair: PairKey
    split: str
    group: str


def make_audit(
    placed: Sequence[Placed],
    rejected: Iterable[Rejection],
    copies: Mapping[str, list[str]],
    shares: Mapping[str, float],
    seed: int,
    group_by: str,
    ledger: Ledger,
) -> dict[str, Any]:
    """Audit a division.

    Args:
        placed: The pairs that were placed.
        rejected: Why the others are not used.
        copies: Copies by picture.
        shares: Share of each split that was asked for.
        seed: Seed of the splits.
        group_by: Which half makes a group.
        ledger: What earlier runs decided.

    Returns:
        The audit, ready for JSON; its fields are described in docs/splits.md.
    """
    sizes = Counter(each.group for each in placed)
    pictures = _pictures(placed, copies)
    old_groups = {entry.group for entry in ledger.entries.values()}
    return {
        "group_by": group_by,
        "pairs": len(placed),
        "groups": len(sizes),
        "largest_group": max(sizes.values(), default=0),
        "largest": _largest(placed, sizes),
        "splits": _by_split(placed, shares),
        "set_apart": dict(sorted(Counter(rejection.reason.value for rejection in rejected).items())),
        "copied_pictures": sum(each.pair.picture_node in copies for each in placed),
        "random_split": _random_split(placed, pictures, shares, seed),
        "per_picture": _labels_per_picture(placed, pictures),
        "placed_before": sum(each.group in old_groups for each in placed),
        "faults": faults_of_grouping([each.pair for each in placed], sizes, copies, shares, group_by),
    }


def audit_counts(audit: Mapping[str, Any]) -> dict[str, int]:
    """Return the numbers of an audit that stand on the artifact itself."""
    return {
        **{name: audit[name] for name in ("groups", "largest_group", "copied_pictures", "placed_before")},
        "pictures_across_random_splits": audit["random_split"]["pictures"],
        "texts_across_random_splits": audit["random_split"]["texts"],
        "pictures_of_several_pairs": audit["per_picture"]["of_several_pairs"],
        "pictures_of_one_label": audit["per_picture"]["of_one_label"],
        "faults": len(audit["faults"]),
    }


def _pictures(placed: Sequence[Placed], copies: Mapping[str, list[str]]) -> dict[str, str]:
    """Return the picture that each one is a copy of, itself where it is none; whatever groups are made by."""
    groups = Groups({})
    for each in placed:
        groups.join([each.pair.picture_node, *copies.get(each.pair.picture_node, ())])
    return {each.pair.picture_node: groups.of(each.pair.picture_node) for each in placed}


def _largest(placed: Sequence[Placed], sizes: Counter[str]) -> list[dict[str, Any]]:
    chosen = sorted(sizes, key=lambda group: (-sizes[group], group))[:_LARGEST]
    ids: dict[str, list[str]] = {group: [] for group in chosen}
    splits = {}
    for each in placed:
        if each.group in ids:
            splits[each.group] = each.split
            ids[each.group].append(each.pair.id)
    return [
        {
            "group": group,
            "pairs": sizes[group],
            "split": splits[group],
            "examples": sorted(ids[group])[:_SHOWN_IDS],
        }
        for group in chosen
    ]


def _by_split(placed: Sequence[Placed], shares: Mapping[str, float]) -> dict[str, dict[str, float]]:
    return {
        split: {
            "pairs": sum(each.split == split for each in placed),
            "groups": len({each.group for each in placed if each.split == split}),
            "wanted_share": wanted,
            "share": sum(each.split == split for each in placed) / max(1, len(placed)),
        }
        for split, wanted in shares.items()
    }


def _random_split(
    placed: Sequence[Placed], pictures: Mapping[str, str], shares: Mapping[str, float], seed: int
) -> dict[str, int]:
    """Deal the pairs one by one, as is commonly done, and count those held out whose like is in train."""
    dealt = [(each.pair, split_of(f"pair {each.pair.id}", shares, seed)) for each in placed]

    def across(half: Callable[[PairKey], str]) -> int:
        trained = {half(pair) for pair, split in dealt if split == keys.TRAIN}
        return sum(split != keys.TRAIN and bool(half(pair)) and half(pair) in trained for pair, split in dealt)

    return {
        "held_out": sum(split != keys.TRAIN for _, split in dealt),
        "pictures": across(lambda pair: pictures[pair.picture_node]),
        "copied_pictures": across(lambda pair: pictures[pair.picture_node]) - across(lambda pair: pair.picture_node),
        "texts": across(lambda pair: pair.text_node),
    }


def _labels_per_picture(placed: Sequence[Placed], pictures: Mapping[str, str]) -> dict[str, float]:
    """Count the pictures that give their label away: one label only, however many texts they stand with."""
    labels: dict[str, list[int]] = defaultdict(list)
    for each in placed:
        labels[pictures[each.pair.picture_node]].append(each.pair.label)
    several = [found for found in labels.values() if len(found) > 1]
    alike = sum(len(set(found)) == 1 for found in several)
    return {"of_several_pairs": len(several), "of_one_label": alike, "share": alike / max(1, len(several))}
