"""Weights of the trained models, kept beside the exported one, so that the next training can start from them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import keras
import numpy as np
import safetensors.numpy
import tensorflow as tf
from numpy.typing import NDArray

from components.trainer.training.warm_start import weights_by_path

FOLDER = "assets.extra"
_PREFIX = "weights-"
_VOCABULARY = "vocabulary.txt"
_EMBEDDING = "text_embedding/embeddings"
_LOG = logging.getLogger("fusegate.trainer")

Weights = dict[str, dict[str, NDArray]]


def keep_weights(path: str, models: Mapping[str, keras.Model], vocabulary: Sequence[str]) -> None:
    """Write the weights of models, and the vocabulary that their embeddings belong to.

    Args:
        path: The SavedModel's folder.
        models: By name.
        vocabulary: Words in the order of their ids, without padding and the bucket of unknown words.
    """
    if not models:
        return
    tf.io.gfile.makedirs(f"{path}/{FOLDER}")
    for name, model in models.items():
        _write(f"{path}/{FOLDER}/{_PREFIX}{name}.safetensors", safetensors.numpy.save(weights_by_path(model)))
    _write(f"{path}/{FOLDER}/{_VOCABULARY}", "\n".join(vocabulary).encode())


def read_weights(path: str | None, vocabulary: Sequence[str]) -> Weights:
    """Read the weights that `keep_weights` wrote; the log says where there is nothing to start from, and why.

    Args:
        path: Folder of the SavedModel to start from; it may be missing.
        vocabulary: Words of the training to come: rows of embeddings move to the new ids, and a word that is new starts
            from the row of unknown words.

    Returns:
        Weights by model and path, as `fit` takes them.
    """
    files = tf.io.gfile.glob(f"{path}/{FOLDER}/{_PREFIX}*.safetensors") if path else []
    if not files:
        _LOG.info("warm start: nothing to start from (no live model, or one whose parts were all solved, not trained)")
        return {}
    before = _read(f"{path}/{FOLDER}/{_VOCABULARY}").decode().split("\n")
    found: Weights = {}
    for file in files:
        name = file.rsplit("/", 1)[1][len(_PREFIX) : -len(".safetensors")]
        weights = safetensors.numpy.load(_read(file))
        if _EMBEDDING in weights:
            weights[_EMBEDDING] = _move_rows(weights[_EMBEDDING], before, vocabulary)
        found[name] = weights
    _LOG.info("warm start: weights of %s, %d of %d words known", ", ".join(found), *_known(before, vocabulary))
    return found


def _move_rows(rows: NDArray, before: Sequence[str], after: Sequence[str]) -> NDArray:
    places = {word: place for place, word in enumerate(before, start=1)}
    unknown = len(rows) - 1
    return rows[np.array([0, *(places.get(word, unknown) for word in after), unknown])]


def _known(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    return len(set(before) & set(after)), len(after)


def _write(path: str, content: bytes) -> None:
    with tf.io.gfile.GFile(path, "wb") as file:
        file.write(content)


def _read(path: str) -> bytes:
    with tf.io.gfile.GFile(path, "rb") as file:
        return file.read()
