"""From a row of a manifest, or a record of a span, to a pair that the model can answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from components.pack.manifest import (
    ID_COLUMN,
    IMAGE_COLUMN,
    TEXT_COLUMN,
    VECTOR_COLUMN,
    ManifestRow,
)
from components.pack.read_image import read_image
from components.pack.read_tree import TextFile, read_text
from components.pack.read_vector import read_vector
from components.pairs.clean_id import clean_id
from components.pairs.clean_text import clean_text
from components.pairs.clean_vector import clean_vector
from components.pairs.limits import PairLimits
from components.pairs.normalise_image import normalise_image
from components.pairs.reasons import Reason
from components.pairs.rejection import Rejection
from components.pairs.unusable import Unusable


@dataclass(frozen=True)
class Prepared:
    """A pair as the model was trained on pairs, but that one half may be missing.

    Args:
        id: Its id.
        source: Where it came from.
        image: A JPEG or PNG as packing makes it; empty for none.
        text: Cleaned text; empty for none.
        vector: The text's vector, where the model takes one.
    """

    id: str
    source: str
    image: bytes
    text: str
    vector: tuple[float, ...]


def prepare(row: ManifestRow, source: str, folder: Path, home: Path, limits: PairLimits) -> Prepared | Rejection:
    """Read and clean a pair with the checks of packing, but that it needs no label, and only one of its halves.

    Args:
        row: A row as `components.pack` reads it; its image may also be bytes.
        source: Where it stands, as `file:line`.
        folder: Folder that image paths start from and must stay in, resolved.
        home: The same for files of vectors.
        limits: What a usable pair is; empty texts are allowed whatever they say.

    Returns:
        The pair, or why it cannot be answered.
    """
    if row.rejection is not None:
        return row.rejection
    pair_id = ""
    try:
        if row.fault:
            raise Unusable(Reason.MANIFEST_LINE_INVALID, row.fault)
        pair_id = clean_id(row.values.get(ID_COLUMN), limits)
        text = _text(row.values.get(TEXT_COLUMN), folder, limits)
        vector = clean_vector(read_vector(row.values.get(VECTOR_COLUMN), home), limits)
        image = _image(row.values.get(IMAGE_COLUMN), folder, limits)
        if not image and not text and not any(vector):
            raise Unusable(Reason.IMAGE_MISSING, "The pair has neither an image nor a text")
    except Unusable as error:
        return Rejection.of(pair_id, error, source)
    return Prepared(pair_id, source, image, text, vector if limits.text_vector_width else ())


def _text(value: object, folder: Path, limits: PairLimits) -> str:
    if isinstance(value, TextFile):
        value = read_text(value, folder, limits)
    return clean_text("" if value is None else value, limits)


def _image(value: object, folder: Path, limits: PairLimits) -> bytes:
    if value is None or value in ("", b""):
        return b""
    data = value if isinstance(value, bytes) else read_image(value, folder, limits)
    return normalise_image(data, limits).data
