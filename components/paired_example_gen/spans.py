"""Find spans, their record files and what their packing left out."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re

from tfx.dsl.io import fileio

from components.errors import InputError
from components.pack.summary import PACK_FILE

_SPAN = re.compile(r"^span-(\d+)$")
_RECORDS = "*.tfrecord.gz"


@dataclasses.dataclass(frozen=True)
class Span:
    """One span on disk.

    Attributes:
        number: The span's number.
        path: Its folder.
        files: Its record files, ordered.
    """

    number: int
    path: str
    files: tuple[str, ...]


def find_span(root: str, wanted: str) -> Span:
    """Find a span.

    Args:
        root: Folder that holds `span-N` folders.
        wanted: A number, or `latest`.

    Raises:
        InputError: If there is no such span, or it holds no records.
    """
    names = [name.rstrip("/") for name in fileio.listdir(root)] if fileio.isdir(root) else []
    numbers = sorted(int(match[1]) for match in map(_SPAN.match, names) if match)
    if not numbers:
        raise InputError(
            f"the data root must hold span-N folders. Received: {root}, which holds none. "
            f"Make one: fusegate pack MANIFEST --out {root} --span 1"
        )
    number = numbers[-1] if wanted == "latest" else int(wanted)
    if number not in numbers:
        raise InputError(f"the span must be in {root}. Received: {number}. There are: {', '.join(map(str, numbers))}")
    path = f"{root}/span-{number}"
    files = tuple(sorted(fileio.glob(f"{path}/{_RECORDS}")))
    if not files:
        raise InputError(f"a span must hold files {_RECORDS}. Received: {path}, which holds none. Pack it again")
    return Span(number, path, files)


def fingerprint(span: Span) -> str:
    """Digest the names and the contents of a span's files, so that a changed file is never a cache hit."""
    digest = hashlib.sha256()
    for path in (*span.files, f"{span.path}/{PACK_FILE}"):
        if not fileio.exists(path):
            continue
        digest.update(path.rsplit("/", 1)[-1].encode())
        with fileio.open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:32]


def packing_quarantine(span: Span) -> dict[str, int]:
    """Return how many pairs packing set apart, by reason; empty for a span that was packed by other means."""
    path = f"{span.path}/{PACK_FILE}"
    if not fileio.exists(path):
        return {}
    with fileio.open(path, "r") as file:
        return {reason: int(count) for reason, count in json.load(file)["quarantined"].items()}
