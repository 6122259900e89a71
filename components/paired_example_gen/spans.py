"""Find spans and their newest versions, their record files and what their packing left out."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import zlib
from collections.abc import Collection, Sequence
from typing import Any

from tfx.dsl.io import fileio

from components.errors import InputError
from components.pack.span_names import IMAGES, SPAN, TEXTS, VERSION, is_records, number_in
from components.pack.summary import PACK_FILE

_GLANCE = 1 << 16
_GZIP = 31


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


def find_spans(root: str, wanted: str, window: int = 1, leave_out: Collection[int] = ()) -> list[Span]:
    """Find the newest versions of the spans of a window.

    A span without records is passed over, as though it were not there yet; one that is asked for by its number is not.

    Args:
        root: Folder that holds `span-N` folders, with records in them or in folders `v1`, `v2` and so on below.
        wanted: The number of the window's last span, or `latest`.
        window: How many spans there are in the window at most.
        leave_out: Numbers of spans that are not in the window.

    Returns:
        The spans, by number.

    Raises:
        InputError: If there is no such span, it holds no records, or no span does.
    """
    numbers = span_numbers(root, wanted, leave_out)
    found: list[Span] = []
    for number in reversed(numbers):
        span = find_span(root, number)
        if span is not None:
            found.insert(0, span)
        elif str(number) == wanted:
            raise _no_records(f"{root}/span-{number}")
        if len(found) == window:
            break
    if not found:
        raise _no_records(f"{root}/span-{numbers[-1]}")
    return found


def span_numbers(root: str, wanted: str = "latest", leave_out: Collection[int] = ()) -> list[int]:
    """Return the numbers of the spans that a window can be made of, ordered; see `find_spans`.

    Raises:
        InputError: If there is no such span, or none at all.
    """
    numbers = sorted(set(_numbers(root, SPAN)) - set(leave_out))
    if not numbers:
        besides = f" but those of data.leave_out ({', '.join(map(str, sorted(leave_out)))})" if leave_out else ""
        raise InputError(
            f"the data root must hold span-N folders. Received: {root}, which holds none{besides}. "
            f"Make one: fusegate pack MANIFEST --out {root} --span 1"
        )
    last = numbers[-1] if wanted == "latest" else int(wanted)
    if last not in numbers:
        raise InputError(f"the span must be in {root}. Received: {last}. There are: {', '.join(map(str, numbers))}")
    return [number for number in numbers if number <= last]


def _numbers(folder: str, pattern: Any) -> list[int]:
    names = fileio.listdir(folder) if fileio.isdir(folder) else []
    return [number for name in names if (number := number_in(pattern, name)) is not None]


def find_span(root: str, number: int) -> Span | None:
    """Find the newest version of one span; None where it holds no records.

    Args:
        root: Folder that holds it.
        number: Its number.

    Raises:
        InputError: If it has one of two streams only.
    """
    version = max(_numbers(f"{root}/span-{number}", VERSION), default=0)
    name = f"span-{number}/v{version}" if version else f"span-{number}"
    path = f"{root}/{name}"
    counts = {
        each: int(count)
        for each, count in _packed(path).get("records", {}).items()
        if is_records(each) and "/" not in each
    }
    names = {each for each in fileio.listdir(path) if is_records(each)} | counts.keys()
    files = [ShardFile(f"{path}/{each}", f"{name}/{each}", counts.get(each)) for each in sorted(names)]

    def named(start: str) -> tuple[ShardFile, ...]:
        return tuple(file for file in files if file.path.rsplit("/", 1)[-1].startswith(start))

    images, texts = named(IMAGES), named(TEXTS)
    if bool(images) != bool(texts):
        raise InputError(
            f"a span of two streams must hold files {IMAGES}* and {TEXTS}*. Received: {path} with only one of them. "
            "Add the other, or give files that hold both halves another name"
        )
    if all(map(_is_empty, files)):
        return None
    pairs = tuple(file for file in files if file not in (*images, *texts))
    return Span(number, version, path, name, pairs, images, texts)


def _is_empty(file: ShardFile) -> bool:
    """Whether a file holds no record; one that is damaged, or is gone though it had some, is not empty."""
    if file.records is not None:
        return file.records == 0
    with fileio.open(file.path, "rb") as opened:
        start = opened.read(_GLANCE)
    try:
        return not (zlib.decompressobj(_GZIP).decompress(start, 1) if file.path.endswith(".gz") and start else start)
    except zlib.error:
        return False


def _no_records(path: str) -> InputError:
    return InputError(
        f"a span must hold files *.tfrecord.gz with records. Received: {path}, which holds none. Pack it again"
    )


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
