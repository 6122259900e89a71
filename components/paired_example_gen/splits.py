"""Splits that do not leak: pairs that share a picture or a text stay on one side.

Pure Python on identifiers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from components.paired_example_gen.ledger import Entry


class Groups:
    """Groups of fingerprints that grow together; one that an earlier run placed keeps its name and its split.

    Args:
        known: Group and split of the fingerprints that were placed before.

    Example:
        >>> groups = Groups({})
        >>> groups.join(["ia", "tx"]) and groups.join(["ib", "tx"])
        True
        >>> groups.of("ib")
        'ia'
    """

    def __init__(self, known: Mapping[str, Entry]):
        self._known = known
        self._parent: dict[str, str] = {}
        self._splits: dict[str, str] = {}

    def of(self, fingerprint: str) -> str:
        """Return a fingerprint's group: the smallest one in it, so that it does not depend on the order of joining."""
        node = fingerprint
        if node not in self._parent:
            entry = self._known.get(node)
            self._parent[node] = entry.group if entry else node
            if entry:
                self._parent.setdefault(entry.group, entry.group)
                self._splits.setdefault(entry.group, entry.split)
        while self._parent[node] != node:
            self._parent[node] = node = self._parent[self._parent[node]]
        return node

    def split(self, group: str) -> str | None:
        """Return the split that a group has from before; None where it has none yet."""
        return self._splits.get(group)

    def renamed(self) -> dict[str, str]:
        """Return the groups from before that became one with another, by name: its name now."""
        return {group: self.of(group) for group in self._splits if self.of(group) != group}

    def splits(self, fingerprints: Iterable[str]) -> dict[str, str]:
        """Return the splits that the groups of some fingerprints have from before, each with one of these."""
        of_each = ((self.split(self.of(fingerprint)), fingerprint) for fingerprint in fingerprints)
        return {split: fingerprint for split, fingerprint in of_each if split}

    def join(self, fingerprints: Iterable[str]) -> bool:
        """Make one group of the groups of some fingerprints, unless that joined two splits.

        Returns:
            Whether they are one group now.
        """
        roots = {self.of(fingerprint) for fingerprint in fingerprints}
        if len({self._splits[root] for root in roots if root in self._splits}) > 1:
            return False
        # A group that was placed before keeps its name, even if a smaller fingerprint joins it.
        first = min(roots, key=lambda root: (root not in self._splits, root))
        for root in roots:
            self._parent[root] = first
        return True


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
