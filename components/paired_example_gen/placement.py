"""Decide for every checked pair where it goes: into a split, or out as a twin, a contradiction or a bridge.

Pure: the keys of the pairs and what earlier runs decided in, their places out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from components.paired_example_gen.audit import Placed, make_audit
from components.paired_example_gen.copies import find_copies
from components.paired_example_gen.group_by import BOTH, nodes_of
from components.paired_example_gen.ledger import Entry, Ledger
from components.paired_example_gen.pair_key import PairKey
from components.paired_example_gen.set_apart_twins import set_apart_twins
from components.paired_example_gen.splits import Groups, split_of
from components.pairs.reasons import Reason
from components.pairs.rejection import Rejection
from components.pairs.unusable import Unusable

_NOTHING_YET = Ledger()


@dataclasses.dataclass(frozen=True)
class Placement:
    """Where the pairs go.

    Attributes:
        places: `(split, group)` of each usable pair, by its source.
        rejected: Why each of the others is not used.
        counts: Examples by split, by label as text.
        audit: What the division was checked for, see `components.paired_example_gen.audit`.
        ledger: The ledger with what was decided now.
    """

    places: dict[str, tuple[str, str]]
    rejected: list[Rejection]
    counts: dict[str, dict[str, int]]
    audit: dict[str, Any]
    ledger: Ledger


def place(
    pairs: Iterable[PairKey],
    shares: Mapping[str, float],
    seed: int,
    group_by: str = BOTH,
    ledger: Ledger = _NOTHING_YET,
) -> Placement:
    """Place the pairs: groups stay whole, also with what the ledger placed before; shares are kept by hash.

    Args:
        pairs: Keys of all checked pairs, in any order.
        shares: Share of each split.
        seed: Seed of the splits.
        group_by: Which half makes a group when pairs share it: `picture`, `text` or `both`.
        ledger: What earlier runs decided.
    """
    kept, rejected = set_apart_twins(pairs)
    copies, signs = find_copies(kept, ledger)
    groups, admitted, bridges = _group(kept, copies, group_by, ledger)
    rejected += bridges
    placed = []
    for pair in admitted:
        group = groups.of(nodes_of(pair, group_by)[0])
        placed.append(Placed(pair, groups.split(group) or split_of(group, shares, seed), group))
    counts: dict[str, dict[str, int]] = {split: {"0": 0, "1": 0} for split in shares}
    for each in placed:
        counts[each.split][str(each.pair.label)] += 1
    added = {
        node: Entry(each.group, each.split, signs.get(node, b""))
        for each in placed
        for node in nodes_of(each.pair, group_by)
        if node not in ledger.entries
    }
    return Placement(
        {each.pair.source: (each.split, each.group) for each in placed},
        rejected,
        counts,
        make_audit(placed, rejected, copies, shares, seed, group_by, ledger),
        ledger.grown(added, groups.renamed()),
    )


def _group(
    pairs: list[PairKey], copies: Mapping[str, list[str]], group_by: str, ledger: Ledger
) -> tuple[Groups, list[PairKey], list[Rejection]]:
    """Let one pair after the other join the groups of its halves and of its picture's copies.

    A pair that would join two splits is passed over, and what it alone would have joined stays apart.
    """
    groups = Groups(ledger.entries)
    admitted, bridges = [], []
    present: set[str] = set()
    for pair in pairs:
        own = nodes_of(pair, group_by)
        joined = [*own]
        if pair.picture_node in own:
            joined += [node for node in copies.get(own[0], ()) if node in present or node in ledger.entries]
        if groups.join(joined):
            admitted.append(pair)
            present.update(own)
        else:
            bridges.append(_bridge(pair, groups.splits(joined)))
    return groups, admitted, bridges


def _bridge(pair: PairKey, splits: Mapping[str, str]) -> Rejection:
    def named(node: str) -> str:
        if node == pair.text_node:
            return "its text"
        return "its picture" if node == pair.picture_node else "a copy of its picture"

    parts = " and ".join(f"{named(node)} to {split}" for split, node in sorted(splits.items()))
    error = Unusable(Reason.BRIDGES_SPLITS, f"Earlier data binds {parts}")
    return Rejection.of(pair.id, error, pair.source, pair.offset)
