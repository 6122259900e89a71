"""The scores of the test split, kept with a receipt so that its figures can be computed again. Pure numpy."""

from __future__ import annotations

import dataclasses
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components import keys
from components.errors import InputError

# Unpacked; ten million pairs with a baseline take less.
_MOST_BYTES = 2 << 30
_SLICES = "slices"


@dataclasses.dataclass(frozen=True)
class StoredScores:
    """The scores of n test pairs.

    Attributes:
        ids: Shape (n,), text.
        groups: Shape (n,), text.
        labels: Shape (n,), 0 or 1.
        slices: By column, shape (n,), text.
        models: By model (`candidate`, `baseline`) and output, shape (n,), float64.
    """

    ids: NDArray
    groups: NDArray
    labels: NDArray[np.int64]
    slices: dict[str, NDArray]
    models: dict[str, dict[str, NDArray[np.float64]]]

    @staticmethod
    def from_rows(rows: Sequence[Mapping[str, Any]], models: Sequence[str]) -> StoredScores:
        """Make them of the rows that the Evaluator keeps.

        Args:
            rows: With `id`, `group`, `label`, the scores by model, and the slices' values by column.
            models: The models that were evaluated.
        """
        first = rows[0]
        return StoredScores(
            ids=_text([row[keys.ID] for row in rows]),
            groups=_text([row[keys.GROUP] for row in rows]),
            labels=np.array([row[keys.LABEL] for row in rows], np.int64),
            slices={name: _text([row[_SLICES][name] for row in rows]) for name in first.get(_SLICES, {})},
            models={
                model: {output: np.array([row[model][output] for row in rows], np.float64) for output in first[model]}
                for model in models
            },
        )

    def save(self, path: Path) -> None:
        """Write a compressed npz; it holds numbers and fixed-width text, no pickled objects."""
        arrays: dict[str, Any] = {keys.ID: self.ids, keys.GROUP: self.groups, keys.LABEL: self.labels}
        arrays |= {f"{_SLICES}/{name}": values for name, values in self.slices.items()}
        arrays |= {
            f"{model}/{output}": self.models[model][output] for model in self.models for output in self.models[model]
        }
        np.savez_compressed(path, **arrays)

    @staticmethod
    def load(path: Path) -> StoredScores:
        """Read what `save` wrote.

        Raises:
            InputError: The file is none of its, or is too large to be one.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                size = sum(member.file_size for member in archive.infolist())
            if size > _MOST_BYTES:
                raise InputError(
                    f"the scores of a receipt must unpack to at most {_MOST_BYTES >> 20} MiB. "
                    f"Received: {path}, which would unpack to {size >> 20} MiB. It is not one that Fusegate wrote"
                )
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            slices, models = _by_kind(arrays)
            return StoredScores(arrays[keys.ID], arrays[keys.GROUP], arrays[keys.LABEL], slices, models)
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise InputError(
                f"the scores of a receipt must be an npz of arrays. Received: {path} ({error}). Restore the file"
            ) from error


def _by_kind(arrays: Mapping[str, NDArray]) -> tuple[dict[str, NDArray], dict[str, dict[str, NDArray]]]:
    slices: dict[str, NDArray] = {}
    models: dict[str, dict[str, NDArray]] = {}
    for name, values in arrays.items():
        kind, slash, rest = name.partition("/")
        if not slash:
            continue
        if kind == _SLICES:
            slices[rest] = values
        else:
            models.setdefault(kind, {})[rest] = values
    return slices, models


def _text(values: Sequence[str]) -> NDArray:
    # UTF-8 bytes: a quarter of numpy's own text, and a trailing NUL cannot come from a checked id.
    return np.array([value.encode() for value in values])
