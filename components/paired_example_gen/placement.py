"""Decide for every checked pair of a span where it goes: into a split, or out as a duplicate.

Pure Python: the keys of the pairs in, their places out.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterable, Mapping

from components.paired_example_gen.splits import assign_groups, split_of
from components.pairs.reasons import Reason
from components.pairs.rejection import Rejection


@dataclasses.dataclass(frozen=True)
class PairKey:
    """What is known of a checked pair without its content.

    Attributes:
        id: Its id.
        source: Where it came from, distinct for every record.
        image: Fingerprint of its picture.
        text: Fingerprint of its text; empty where it has none.
        label: 0 or 1.
    """

    id: str
    source: str
    image: str
    text: str
    label: int


@dataclasses.dataclass(frozen=True)
class Placement:
    """Where the pairs of a span go.

    Attributes:
        places: `(split, group)` of each usable pair, by its source.
        duplicates: Pairs whose id was taken by an earlier one.
        counts: Examples by split, by label as text.
        audit: `groups`, and the size of the `largest_group`.
    """

    places: dict[str, tuple[str, str]]
    duplicates: list[Rejection]
    counts: dict[str, dict[str, int]]
    audit: dict[str, int]


def place(pairs: Iterable[PairKey], shares: Mapping[str, float], seed: int) -> Placement:
    """Place the pairs: of several with one id the first stays, groups stay whole, shares are kept by hash.

    Args:
        pairs: Keys of all checked pairs, in any order.
        shares: Share of each split.
        seed: Seed of the splits.
    """
    first: dict[str, PairKey] = {}
    duplicates = []
    for pair in sorted(pairs, key=lambda p: _natural(p.source)):
        kept = first.setdefault(pair.id, pair)
        if kept is not pair:
            detail = f"The id also stands at {kept.source}. {Reason.ID_DUPLICATE.mend}"
            duplicates.append(Rejection(pair.id, Reason.ID_DUPLICATE, detail, pair.source))
    groups = assign_groups((pair.id, pair.image, pair.text) for pair in first.values())
    sizes = collections.Counter(groups.values())
    places = {pair.source: (split_of(groups[pair.id], shares, seed), groups[pair.id]) for pair in first.values()}
    counts: dict[str, dict[str, int]] = {split: {"0": 0, "1": 0} for split in shares}
    for pair in first.values():
        counts[places[pair.source][0]][str(pair.label)] += 1
    return Placement(
        places, duplicates, counts, {"groups": len(sizes), "largest_group": max(sizes.values(), default=0)}
    )


def _natural(source: str) -> tuple[str, int]:
    name, _, number = source.rpartition(":")
    return name, int(number)
