"""What a clean-up would remove, and what it keeps and why."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any


@dataclasses.dataclass(frozen=True)
class Item:
    """Something that goes.

    Attributes:
        kind: `version`, `run`, `checkpoint` or `artifact`.
        name: What it is called: a version's number, a run's id, `Trainer/model/41`.
        path: Its folder or file.
        size: Bytes.
    """

    kind: str
    name: str
    path: Path
    size: int


@dataclasses.dataclass(frozen=True)
class Kept:
    """Something that stays.

    Attributes:
        kind: `version` or `run`.
        name: What it is called.
        why: The reason.
    """

    kind: str
    name: str
    why: str


@dataclasses.dataclass(frozen=True)
class Plan:
    """A clean-up.

    Attributes:
        items: What goes.
        kept: What stays, the newest first.
        artifacts: The artifacts in ML Metadata whose files go, as `ml_metadata` protos.
        artifacts_kept: How many folders of artifacts stay.
    """

    items: list[Item] = dataclasses.field(default_factory=list)
    kept: list[Kept] = dataclasses.field(default_factory=list)
    artifacts: list[Any] = dataclasses.field(default_factory=list)
    artifacts_kept: int = 0

    @property
    def size(self) -> int:
        """Bytes that go."""
        return sum(item.size for item in self.items)

    def of(self, kind: str) -> list[Item]:
        """Return what goes of one kind."""
        return [item for item in self.items if item.kind == kind]


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder; links are not followed."""
    if path.is_symlink() or not path.is_dir():
        return path.lstat().st_size
    return sum(size_of(each) for each in path.iterdir())
