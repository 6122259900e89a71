"""Read a folder tree of images, each with its text beside it, as the rows of a manifest."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from components.errors import InputError
from components.pack.manifest import ID_COLUMN, IMAGE_COLUMN, LABEL_COLUMN, TEXT_COLUMN, ManifestRow
from components.pack.read_within import FileReasons, read_within
from components.pairs.limits import PairLimits
from components.pairs.reasons import Reason
from components.pairs.rejection import Rejection
from components.pairs.unusable import Unusable

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp")
TEXT_SUFFIX, JSON_SUFFIX = ".txt", ".json"
MAX_JSON_BYTES = 1 << 16
_LABELS = ("0", "1")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BYTES_A_CHARACTER = 4
_JSON_REASONS = FileReasons(Reason.SIDECAR_INVALID, Reason.SIDECAR_OUTSIDE_FOLDER, Reason.SIDECAR_INVALID)
_TEXT_REASONS = FileReasons(Reason.IMAGE_WITHOUT_TEXT, Reason.SIDECAR_OUTSIDE_FOLDER, Reason.TEXT_TOO_LONG)


@dataclass(frozen=True)
class TextFile:
    """A text that stands in a file of its own, not yet read.

    Args:
        name: Path of the file from the packed folder on; empty where there is none.
    """

    name: str


def read_tree(folder: Path) -> Iterator[ManifestRow]:
    """Yields a row for every image below a folder and for every text without one, ordered by path.

    `1/cat.jpg` has its text in `1/cat.txt` and perhaps further values in the JSON object of `1/cat.json`: `id`,
    `label`, `text` and any columns. Without them the id is `1/cat`, and the label the folder's name, if that is 0 or 1.
    Hidden files and linked folders are passed over.

    Args:
        folder: The folder, resolved.

    Raises:
        InputError: A folder cannot be read.
    """
    number = 0
    for directory, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        there = {name for name in files if not name.startswith(".")}
        stems = {os.path.splitext(name)[0] for name in there if _is_image(name)}
        for name in sorted(there):
            stem, suffix = os.path.splitext(name)
            if _is_image(name) or (suffix == TEXT_SUFFIX and stem not in stems):
                number += 1
                yield _row(number, Path(os.path.relpath(os.path.join(directory, name), folder)), folder, there)


def read_text(file: TextFile, folder: Path, limits: PairLimits) -> bytes:
    """Returns the bytes of a text's file, without a byte order mark.

    Args:
        file: The text's file.
        folder: The packed folder, which it must stay in; resolved.
        limits: Bounds of a usable pair; a larger file is not read.

    Raises:
        Unusable: There is no such file, it leads out of the folder, or it is too large.
    """
    if not file.name:
        if limits.allow_empty_text:
            return b""
        raise Unusable(Reason.IMAGE_WITHOUT_TEXT, f"There is no {TEXT_SUFFIX} file beside the picture")
    most = limits.max_text_chars * _BYTES_A_CHARACTER + len(_BYTE_ORDER_MARK)
    return read_within(file.name, folder, most, _TEXT_REASONS).removeprefix(_BYTE_ORDER_MARK)


def _is_image(name: str) -> bool:
    return name.lower().endswith(IMAGE_SUFFIXES)


def _row(number: int, path: Path, folder: Path, there: set[str]) -> ManifestRow:
    shown = f"{folder.name}/{path}".encode("utf-8", "backslashreplace").decode()
    if not _is_image(path.name):
        error = Unusable(Reason.TEXT_WITHOUT_IMAGE, "No picture of the same name stands beside the text")
        return ManifestRow(number, {TEXT_COLUMN: TextFile(str(path))}, rejection=Rejection.of("", error, shown))
    values: dict[str, object] = {}
    text, beside = path.with_suffix(TEXT_SUFFIX), path.with_suffix(JSON_SUFFIX)
    if beside.name in there:
        try:
            values = _read_json(str(beside), folder)
        except Unusable as error:
            found = {IMAGE_COLUMN: str(path), TEXT_COLUMN: TextFile(str(text) if text.name in there else "")}
            return ManifestRow(number, found, rejection=Rejection.of("", error, shown))
    if text.name in there:
        values[TEXT_COLUMN] = TextFile(str(text))
    else:
        values.setdefault(TEXT_COLUMN, TextFile(""))
    values.setdefault(LABEL_COLUMN, path.parent.name if path.parent.name in _LABELS else None)
    values.setdefault(ID_COLUMN, str(path.with_suffix("")))
    values[IMAGE_COLUMN] = str(path)
    return ManifestRow(number, values, name=shown)


def _read_json(name: str, folder: Path) -> dict[str, object]:
    try:
        values = json.loads(read_within(name, folder, MAX_JSON_BYTES, _JSON_REASONS).removeprefix(_BYTE_ORDER_MARK))
    except (ValueError, RecursionError) as error:
        raise Unusable(Reason.SIDECAR_INVALID, f"{name!a} is not JSON") from error
    if not isinstance(values, dict):
        raise Unusable(Reason.SIDECAR_INVALID, f"{name!a} holds a JSON {type(values).__name__}, not an object")
    return values


def _refuse(error: OSError) -> None:
    raise InputError(
        f"every folder of the tree must be readable. Received: {error.filename} ({error.strerror}). Allow it to be read"
    ) from error
