"""What is scored: a manifest, a folder tree of images, or a packed span."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from components.errors import InputError
from components.keys import ID, IMAGE, TEXT, TEXT_VECTOR
from components.pack.manifest import ID_COLUMN, IMAGE_COLUMN, TEXT_COLUMN, VECTOR_COLUMN, ManifestRow
from components.pack.read_records import Damage, Record, read_records
from components.pack.read_rows import read_rows
from components.pack.span_names import VERSION, is_records, number_in
from components.pairs.rejection import Rejection
from components.pairs.unusable import Unusable

PART_ROWS = 256
# Records bring their images with them, which bounds a part earlier.
_PART_BYTES = 32 << 20
_MAX_RECORD_BYTES = 1 << 28
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Part:
    """Neighbouring rows that are scored and written together.

    Args:
        number: From 0.
        rows: Each with where it stands.
    """

    number: int
    rows: list[tuple[str, ManifestRow]]


@dataclass(frozen=True)
class Source:
    """Where pairs are read from.

    Args:
        path: The manifest, folder tree or folder of records, resolved.
        images: Folder that image paths start from and must stay in, resolved.
        records: Whether the folder holds records.
    """

    path: Path
    images: Path
    records: bool

    @property
    def home(self) -> Path:
        """Folder that files of vectors must stay in."""
        return self.path if self.path.is_dir() else self.path.parent


def find_source(path: Path, images: Path | None) -> Source:
    """Find out what is to be scored.

    Args:
        path: A manifest, a folder tree, a span's folder or one version of it.
        images: Folder that the image paths of a manifest start from; the manifest's by default.

    Raises:
        InputError: There is no such path, or it brings its own images.
    """
    path = path.resolve()
    if not path.exists():
        raise InputError(
            f"--input must be a manifest, a folder of images or a packed span. Received: {path}, which is not there. "
            "Correct the path"
        )
    if path.is_file():
        return Source(path, (images or path.parent).resolve(), records=False)
    if images is not None:
        raise InputError(f"a folder holds its own images. Received: {path} and --images {images}. Leave --images out")
    versions = {number_in(VERSION, each.name): each for each in path.iterdir() if each.is_dir()}
    newest = max((number for number in versions if number is not None), default=None)
    if newest is not None and any(is_records(each.name) for each in path.iterdir()):
        path = versions[newest]
    return Source(path, path, records=any(is_records(each.name) for each in path.iterdir()))


def read_parts(source: Source) -> Iterator[Part]:
    """Yield all rows in their order, in parts whose bounds depend on the source alone."""
    number, rows, held = 0, [], 0
    for place, row in _placed(source):
        rows.append((place, row))
        image = row.values.get(IMAGE_COLUMN)
        held += len(image) if isinstance(image, bytes) else 0
        if len(rows) == PART_ROWS or held >= _PART_BYTES:
            yield Part(number, rows)
            number, rows, held = number + 1, [], 0
    if rows:
        yield Part(number, rows)


def count_rows(source: Source) -> int:
    """Count the rows of a source, reading what is needed for that."""
    return sum(1 for _ in _placed(source))


def source_digest(source: Source) -> str:
    """Digest what is scored: a manifest's bytes; of a folder the names, sizes and times of its files.

    Images that a manifest names are not looked at: they may be many, and far away.
    """
    digest = hashlib.sha256(str(source.images).encode())
    if source.path.is_file():
        with source.path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()
    for path in sorted(source.path.rglob("*")):
        if path.is_file():
            status = path.stat()
            digest.update(f"{path.relative_to(source.path)!s} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _placed(source: Source) -> Iterator[tuple[str, ManifestRow]]:
    if source.records:
        yield from _records(source.path)
        return
    for row in read_rows(source.path):
        yield row.name or f"{source.path.name}:{row.line}", row


def _records(folder: Path) -> Iterator[tuple[str, ManifestRow]]:
    for path in sorted(each for each in folder.iterdir() if is_records(each.name)):
        with path.open("rb") as file:
            for item in read_records(file, path.suffix == ".gz", _MAX_RECORD_BYTES):
                place = f"{path.name}:{item.number}"
                yield place, _damaged(item, place) if isinstance(item, Damage) else _row(item)


def _damaged(damage: Damage, place: str) -> ManifestRow:
    rejection = Rejection.of("", Unusable(damage.reason, damage.fault), place)
    return ManifestRow(damage.number, rejection=rejection)


def _row(record: Record) -> ManifestRow:
    # Only what reads records needs TensorFlow.
    import tensorflow as tf
    from google.protobuf.message import DecodeError

    try:
        features = tf.train.Example.FromString(record.data).features.feature
    except DecodeError:
        return ManifestRow(record.number, fault="The record is no tf.Example")

    def first(name: str) -> bytes | None:
        values = features[name].bytes_list.value if name in features else ()
        return values[0] if values else None

    vector = list(features[TEXT_VECTOR].float_list.value) if TEXT_VECTOR in features else None
    values: dict[str, object] = {
        ID_COLUMN: first(ID),
        IMAGE_COLUMN: first(IMAGE),
        TEXT_COLUMN: first(TEXT),
        VECTOR_COLUMN: vector,
    }
    return ManifestRow(record.number, values)
