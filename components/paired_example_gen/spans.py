"""Find spans and their newest versions, their record files and what their packing left out."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from tfx.dsl.io import fileio

from components.errors import InputError
from components.pack.span_names import IMAGES, SPAN, TEXTS, VERSION, is_records, number_in
from components.pack.summary import PACK_FILE


@dataclasses.dataclass(frozen=True)
class ShardFile:
    """A file of records.

    Attributes:
        path: Where it is.
        name: Its name from the data root on: the same on every machine, and no other file's.
        records: How many records packing wrote into it; None where no packing says so.
    """

    path: str
    name: str
    records: int | None = None


@dataclasses.dataclass(frozen=True)
class Span:
    """The newest version of one span on disk.

    Attributes:
        number: The span's number.
        version: The version's number; 0 for records that lie in the span's own folder.
        path: The version's folder.
        name: The folder's name from the data root on.
        pairs: Files whose records hold both halves, ordered.
        images: Files whose records hold a picture.
        texts: Files whose records hold a text and a label.
    """

    number: int
    version: int
    path: str
    name: str
    pairs: tuple[ShardFile, ...]
    images: tuple[ShardFile, ...]
    texts: tuple[ShardFile, ...]

    @property
    def files(self) -> tuple[ShardFile, ...]:
        """All files of records."""
        return (*self.pairs, *self.images, *self.texts)


def find_spans(root: str, wanted: str, window: int = 1) -> list[Span]:
    """Find the newest versions of the spans of a window.

    Args:
        root: Folder that holds `span-N` folders, with records in them or in folders `v1`, `v2` and so on below.
        wanted: The number of the window's last span, or `latest`.
        window: How many spans there are in the window at most.

    Returns:
        The spans, by number.

    Raises:
        InputError: If there is no such span, or one of them holds no records.
    """
    numbers = sorted(_numbers(root, SPAN))
    if not numbers:
        raise InputError(
            f"the data root must hold span-N folders. Received: {root}, which holds none. "
            f"Make one: fusegate pack MANIFEST --out {root} --span 1"
        )
    last = numbers[-1] if wanted == "latest" else int(wanted)
    if last not in numbers:
        raise InputError(f"the span must be in {root}. Received: {last}. There are: {', '.join(map(str, numbers))}")
    return [_find_newest(root, number) for number in numbers if number <= last][-window:]


def _numbers(folder: str, pattern: Any) -> list[int]:
    names = fileio.listdir(folder) if fileio.isdir(folder) else []
    return [number for name in names if (number := number_in(pattern, name)) is not None]


def _find_newest(root: str, number: int) -> Span:
    version = max(_numbers(f"{root}/span-{number}", VERSION), default=0)
    name = f"span-{number}/v{version}" if version else f"span-{number}"
    path = f"{root}/{name}"
    counts = {
        each: int(count)
        for each, count in _packed(path).get("records", {}).items()
        if is_records(each) and "/" not in each
    }
    names = {each for each in fileio.listdir(path) if is_records(each)} | counts.keys()
    if not names:
        raise InputError(f"a span must hold files *.tfrecord.gz. Received: {path}, which holds none. Pack it again")
    files = [ShardFile(f"{path}/{each}", f"{name}/{each}", counts.get(each)) for each in sorted(names)]

    def named(start: str) -> tuple[ShardFile, ...]:
        return tuple(file for file in files if file.path.rsplit("/", 1)[-1].startswith(start))

    images, texts = named(IMAGES), named(TEXTS)
    if bool(images) != bool(texts):
        raise InputError(
            f"a span of two streams must hold files {IMAGES}* and {TEXTS}*. Received: {path} with only one of them. "
            "Add the other, or give files that hold both halves another name"
        )
    pairs = tuple(file for file in files if file not in (*images, *texts))
    return Span(number, version, path, name, pairs, images, texts)


def fingerprint(spans: Sequence[Span]) -> str:
    """Digest the versions, the names and the contents of spans, so that a changed file is never a cache hit."""
    digest = hashlib.sha256()
    for span in spans:
        for path, name in [(file.path, file.name) for file in span.files] + [
            (f"{span.path}/{PACK_FILE}", f"{span.name}/{PACK_FILE}")
        ]:
            if not fileio.exists(path):
                continue
            digest.update(name.encode())
            size = 0
            with fileio.open(path, "rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
                    size += len(block)
            digest.update(f"\0{size}\0".encode())
    return digest.hexdigest()[:32]


def packing_quarantine(spans: Sequence[Span]) -> dict[str, int]:
    """Return how many pairs packing set apart, by reason; none for spans that were packed by other means."""
    totals: dict[str, int] = {}
    for span in spans:
        for reason, count in _packed(span.path).get("quarantined", {}).items():
            totals[reason] = totals.get(reason, 0) + int(count)
    return totals


def _packed(folder: str) -> dict[str, Any]:
    path = f"{folder}/{PACK_FILE}"
    if not fileio.exists(path):
        return {}
    with fileio.open(path, "r") as file:
        return json.load(file)
