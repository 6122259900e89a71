"""A row as it was received, for the quarantine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from components.keys import ID, IMAGE, LABEL, TEXT, TEXT_VECTOR
from components.pack.example import encode_features
from components.pack.manifest import ID_COLUMN, IMAGE_COLUMN, LABEL_COLUMN, TEXT_COLUMN, VECTOR_COLUMN, ManifestRow
from components.pack.read_image import read_image
from components.pack.read_tree import TextFile, read_text
from components.pack.read_vector import read_vector
from components.pairs.limits import PairLimits
from components.pairs.unusable import Unusable

_INT64 = range(-(1 << 63), 1 << 63)


def encode_original(row: ManifestRow, folder: Path, home: Path, slices: Sequence[str], limits: PairLimits) -> bytes:
    """Returns what can be read of a row as a serialised `tf.train.Example`; empty where that is nothing.

    Args:
        row: A row that is set apart.
        folder: The folder that images must stay in, resolved: what lies outside is not read.
        home: The folder that vectors in files must stay in, resolved.
        slices: Further columns that are packed.
        limits: Bounds of a usable pair; larger files are not read.

    Returns:
        Features of the names that a packed pair has. Bytes stand as they are, and so do numbers; a value of another
        type than these stands as JSON.
    """
    values: dict[str, pa.Array | None] = {ID: _as_bytes(row.values.get(ID_COLUMN))}
    with suppress(Unusable):
        values[IMAGE] = pa.array([[read_image(row.values.get(IMAGE_COLUMN), folder, limits)]])
    values[TEXT] = _text(row.values.get(TEXT_COLUMN), folder, limits)
    values[LABEL] = _as_given(row.values.get(LABEL_COLUMN))
    values[TEXT_VECTOR] = _vector(row.values, home)
    values |= {name: _as_given(row.values.get(name)) for name in slices}
    return encode_features({name: value for name, value in values.items() if value is not None})


def _text(value: object, folder: Path, limits: PairLimits) -> pa.Array | None:
    if not isinstance(value, TextFile):
        return _as_bytes(value)
    try:
        return pa.array([[read_text(value, folder, limits)]]) if value.name else None
    except Unusable:
        return None


def _vector(values: Mapping[str, object], home: Path) -> pa.Array | None:
    try:
        vector = read_vector(values.get(VECTOR_COLUMN), home)
        return pa.array([vector], pa.list_(pa.float32())) if vector else None
    except (Unusable, pa.ArrowException, ValueError, TypeError, OverflowError):
        return None


def _as_given(value: object) -> pa.Array | None:
    if isinstance(value, float):
        return pa.array([[value]], pa.list_(pa.float32()))
    if isinstance(value, int) and not isinstance(value, bool) and value in _INT64:
        return pa.array([[value]])
    return _as_bytes(value)


def _as_bytes(value: object) -> pa.Array | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        return pa.array([[text.encode("utf-8", "surrogateescape")]])
    except UnicodeEncodeError:  # Half a character, which only JSON's escapes can write.
        return pa.array([[text.encode("utf-8", "backslashreplace")]])
