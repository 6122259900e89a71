"""What tells one fit from another: model, data, options, seed and library versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from components.trainer.training.binding import Arrays


def run_digest(model: keras.Model, splits: Sequence[Arrays], options: Mapping[str, Any]) -> str:
    """Return the SHA-256 of all that the result of a fit depends on.

    Args:
        model: As it is before the first step: its initial weights and random states count.
        splits: The arrays that are read.
        options: Of JSON types.
    """
    digest = hashlib.sha256()

    def add(text: str) -> None:
        digest.update(f"{len(text)}:{text}".encode())

    add(json.dumps([keras.__version__, tf.__version__, dict(options)], sort_keys=True))
    add(_architecture(model))
    values = [(str(index), np.asarray(variable)) for index, variable in enumerate(model.variables)]
    for name, array in [*values, *(item for split in splits for item in sorted(split.items()))]:
        add(f"{name} {array.dtype.str} {array.shape}")
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _architecture(model: keras.Model) -> str:
    """Names that Keras counts up within a process, as in `dense_7`, are replaced by the layer's place."""
    # What compile was given stands beside it, with more such names; the options tell it.
    text = json.dumps(json.loads(model.to_json())["config"])
    for index, name in enumerate(_names(model)):
        text = text.replace(f'"{name}"', f'"layer {index}"')
    return text


def _names(layer: keras.Layer) -> list[str]:
    return [layer.name, *(name for inner in getattr(layer, "layers", ()) for name in _names(inner))]
