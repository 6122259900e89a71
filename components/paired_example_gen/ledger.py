"""What earlier runs decided: the group and the split of every picture and every text that was placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Entry(NamedTuple):
    """Where a fingerprint was placed.

    Attributes:
        group: Its group.
        split: The group's split, which never changes.
        signs: Signs of a picture's core, 64 bytes; empty for a text and for a picture without contrast.
    """

    group: str
    split: str
    signs: bytes = b""


@dataclass(frozen=True)
class Ledger:
    """The groups that were placed so far; it only grows.

    Attributes:
        entries: Entry by fingerprint: `i` and the SHA-256 of a picture's bytes, `t` and that of a normalised text.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)

    def grown(self, added: Mapping[str, Entry], renamed: Mapping[str, str]) -> Ledger:
        """Return a ledger with what a run placed; itself where nothing is new.

        Args:
            added: The new entries.
            renamed: New names of groups that became one with another group of their split.
        """
        if not added and not renamed:
            return self
        kept = {
            fingerprint: entry._replace(group=renamed[entry.group]) if entry.group in renamed else entry
            for fingerprint, entry in self.entries.items()
        }
        return Ledger(kept | dict(added))
