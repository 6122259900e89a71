"""Splits that do not leak: pairs that share a picture or a text stay on one side.

Pure Python on identifiers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping


def assign_groups(pairs: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Put pairs that are connected by a shared picture or a shared text, however indirectly, into one group.

    Args:
        pairs: `(id, image fingerprint, text fingerprint)` of each pair; ids are distinct. Pairs without text, whose
            text fingerprint is empty, share none.

    Returns:
        Group of each id: the smallest fingerprint in it, so that it does not depend on the order of the pairs.
    """
    parent: dict[str, str] = {}

    def find(node: str) -> str:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    images: dict[str, str] = {}
    for pair_id, image, text in pairs:
        images[pair_id] = f"i{image}"
        if not text:
            continue
        first, second = sorted((find(f"i{image}"), find(f"t{text}")))
        parent[second] = first
    return {pair_id: find(image) for pair_id, image in images.items()}


def split_of(group: str, shares: Mapping[str, float], seed: int) -> str:
    """Choose a group's split by its hash: the same group goes to the same split in every run and on every machine.

    Args:
        group: The group.
        shares: Share of each split, in order; they add up to 1.
        seed: A new seed is a new division.
    """
    digest = hashlib.sha256(f"{seed}:{group}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    edge = 0.0
    for split, share in shares.items():
        edge += share
        if place < edge:
            return split
    return split
