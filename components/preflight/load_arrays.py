"""Read the arrays of a split from an `.npz`, without unpickling and within a bound of memory."""

from __future__ import annotations

import dataclasses
import math
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from components.errors import InputError
from components.preflight.heads import output_names
from components.preflight.split import input_names

LABEL_NAMES = ("label", "labels", "y")
EVALUATION = "val_"
_MAX_BYTES = 4 * 2**30
_LABELS = "label, labels or y, or label_<output> for each output"


@dataclasses.dataclass(frozen=True)
class Loaded:
    """What a file held.

    Attributes:
        train: `(inputs, labels)`.
        evaluation: The same from the keys that begin with `val_`, or None.
        unread: Keys that belong to neither.
    """

    train: tuple[dict[str, NDArray], Any]
    evaluation: tuple[dict[str, NDArray], Any] | None
    unread: tuple[str, ...]


def load_arrays(path: Path, model: keras.Model) -> Loaded:
    """Read the arrays that a model takes.

    Args:
        path: An `.npz` with one array per input, named as the input, and the labels as `label`, `labels` or `y`
            (`label_<output>` where a model has several); those of validation with `val_` before their name.
        model: The model.

    Returns:
        The arrays.

    Raises:
        InputError: The file is missing, broken or too large, or an array is missing.
    """
    headers = _headers(path)
    size = sum(math.prod(shape) * dtype.itemsize for shape, dtype in headers.values())
    if size > _MAX_BYTES:
        raise InputError(
            f"arrays may take {_MAX_BYTES:,} bytes of memory. Received: {path} with {size:,}. "
            "Save fewer rows: a few thousand show every fault."
        )
    read: set[str] = set()
    with np.load(path, allow_pickle=False) as arrays:
        train = _split(path, arrays, "", model, read)
        held = any(key.startswith(EVALUATION) and key.removeprefix(EVALUATION) in read for key in headers)
        evaluation = _split(path, arrays, EVALUATION, model, read) if held else None
    return Loaded(train, evaluation, tuple(sorted(set(headers) - read)))


def _headers(path: Path) -> dict[str, tuple[tuple[int, ...], np.dtype]]:
    """Return shape and type of each array, read from its first bytes alone."""
    if not path.is_file():
        raise InputError(f"the arrays must be an .npz file. Received: {path}, which is not there. Check the path.")
    found = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    version = np.lib.format.read_magic(member)
                    read = (
                        np.lib.format.read_array_header_1_0
                        if version == (1, 0)
                        else np.lib.format.read_array_header_2_0
                    )
                    shape, _, dtype = read(member)
                found[name.removesuffix(".npy")] = (shape, dtype)
    except (zipfile.BadZipFile, ValueError, EOFError, OSError) as error:
        raise InputError(
            f"the arrays must be an .npz file. Received: {path} ({error}). Save them with numpy.savez(path, x=x, y=y)."
        ) from error
    objects = [name for name, (_, dtype) in found.items() if dtype.hasobject]
    if objects:
        raise InputError(
            f"arrays must hold numbers or text, since Python objects run code when they are read. Received: "
            f"{', '.join(objects)} in {path}. Convert them first, texts with array.astype(str)."
        )
    return found


def _split(path: Path, arrays: Any, prefix: str, model: keras.Model, read: set[str]) -> tuple[dict[str, NDArray], Any]:
    names, keys = input_names(model), set(arrays.files)
    if not names:
        names = sorted(key for key in keys if not key.startswith((EVALUATION, "label")) and key not in LABEL_NAMES)
    missing = [prefix + name for name in names if prefix + name not in keys]
    if missing or not names:
        raise InputError(
            f"every input of the model needs an array. Received: {path} with {', '.join(sorted(keys)) or 'no array'}; "
            f"missing {', '.join(missing) or 'all'}. Save each array under its input's name: {', '.join(names)}."
        )
    labels = _labels(path, keys, prefix, names, output_names(model))
    used = {prefix + name for name in names} | set(labels.values())
    read |= used
    try:
        inputs = {name: arrays[prefix + name] for name in names}
        found = {output: arrays[key] for output, key in labels.items()}
    except (ValueError, zipfile.BadZipFile, EOFError, OSError) as error:
        raise InputError(
            f"every array must be whole. Received: {path} ({error}). Save it anew with numpy.savez."
        ) from error
    return inputs, found.get("", found)


def _labels(path: Path, keys: set[str], prefix: str, inputs: list[str], outputs: list[str]) -> dict[str, str]:
    """Return the key of each output's labels; under an empty name where one array serves all."""
    single = [prefix + name for name in LABEL_NAMES if prefix + name in keys and name not in inputs]
    if len(single) == 1:
        return {"": single[0]}
    each = {output: f"{prefix}label_{output}" for output in outputs if f"{prefix}label_{output}" in keys}
    if each and not single:
        return each
    raise InputError(
        f"the labels must be there, once. Received: {path} with {', '.join(sorted(keys))}. "
        f"Save them as {prefix + _LABELS if prefix else _LABELS}."
    )
