"""What the writers of shards note for the summary."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class ShardNotes:
    """What became of the rows of one shard, or of several.

    Args:
        labels: Written pairs by label, "0" and "1".
        records: Written pairs by file.
        unchanged: Pairs that the span holds already.
        replaced: Ids of pairs that stand in an older file with other content, by that file.
        ids: Ids of all rows, where pairs are added to a span.
        rejections: Line and rejection, as JSON, of each row that was set apart.
    """

    labels: dict[str, int] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0
    replaced: dict[str, list[str]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    rejections: list[tuple[int, str]] = field(default_factory=list)

    def add(self, file: str, label: int) -> None:
        """Count a pair that was written."""
        self.records[file] += 1
        self.labels[str(label)] = self.labels.get(str(label), 0) + 1

    @property
    def written(self) -> int:
        """How many pairs were written."""
        return sum(self.labels.values())

    def save(self, path: Path) -> None:
        """Write the notes to a file."""
        path.write_text(json.dumps(asdict(self)))


def read_notes(paths: Iterable[Path]) -> ShardNotes:
    """Returns the notes of all shards as one, the rejections in the manifest's order.

    Args:
        paths: The files of the shards' notes.
    """
    whole = ShardNotes()
    labels: Counter[str] = Counter()
    for path in sorted(paths):
        notes = ShardNotes(**json.loads(path.read_text()))
        labels.update(notes.labels)
        whole.records |= notes.records
        whole.unchanged += notes.unchanged
        for file, ids in notes.replaced.items():
            whole.replaced.setdefault(file, []).extend(ids)
        whole.ids += notes.ids
        whole.rejections += [(line, text) for line, text in notes.rejections]
    whole.labels = dict(sorted(labels.items()))
    whole.rejections.sort()
    return whole
