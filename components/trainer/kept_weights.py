"""Weights of the trained models, kept beside the exported one, so that the next training can start from them."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import safetensors.numpy
import tensorflow as tf
from numpy.typing import NDArray

from components import keys
from components.trainer.training.warm_start import weights_by_path

FOLDER = "assets.extra"
_PREFIX = "weights-"
_VOCABULARY = "vocabulary.txt"
_EMBEDDING = "text_embedding/embeddings"
_LOG = logging.getLogger("fusegate.trainer")

_CONDENSED = "it reads the image vector's principal components, which other examples have changed"
_NONE = "nothing is live, or all parts of the live model were solved, not trained"
# What reads an encoder's vector: its weights mean nothing on that of another encoder, though the shapes fit.
_READS = {"image": (keys.DENSE, *keys.JOINT_HEADS), "text": keys.JOINT_HEADS}

Weights = dict[str, dict[str, NDArray]]


@dataclasses.dataclass(frozen=True)
class KeptWeights:
    """Weights to start from.

    Attributes:
        weights: By model and path, as `fit` takes them.
        unfit: Why the live model's weights of a model cannot be used, by model.
        otherwise: Why a model that is in neither starts from new weights.
    """

    weights: Weights = dataclasses.field(default_factory=dict)
    unfit: Mapping[str, str] = dataclasses.field(default_factory=dict)
    otherwise: str = _NONE

    def why_new(self, model: str) -> str:
        """Say why a model that is not in `weights` starts from new weights."""
        return self.unfit.get(model, self.otherwise)


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


def read_weights(
    path: str | None, vocabulary: Sequence[str], encoders: Mapping[str, Any], *, condensed: bool = False
) -> KeptWeights:
    """Read the weights that `keep_weights` wrote; the log says where there is nothing to start from, and why.

    Args:
        path: Folder of the SavedModel to start from; it may be missing.
        vocabulary: Words of the training to come: rows of embeddings move to the new ids, and a word that is new starts
            from the row of unknown words.
        encoders: Specifications of the encoders `image` and `text` of the training to come: what reads the vector of
            another encoder starts anew.
        condensed: Whether the image vector is read as principal components, which are those of other examples each
            time: what reads them starts anew.
    """
    files = tf.io.gfile.glob(f"{path}/{FOLDER}/{_PREFIX}*.safetensors") if path else []
    if not files:
        _LOG.info("warm start: nothing to start from (%s)", _NONE)
        return KeptWeights()
    unfit = dict.fromkeys(_READS["image"], _CONDENSED) if condensed else {}
    unfit |= _unfit(f"{path}/{keys.MODEL_CARD}", encoders)
    before = _read(f"{path}/{FOLDER}/{_VOCABULARY}").decode().split("\n")
    found: Weights = {}
    for file in files:
        name = file.rsplit("/", 1)[1][len(_PREFIX) : -len(".safetensors")]
        if name in unfit:
            _LOG.warning("warm start: %s starts from new weights: %s", name, unfit[name])
            continue
        weights = safetensors.numpy.load(_read(file))
        if _EMBEDDING in weights:
            weights[_EMBEDDING] = _move_rows(weights[_EMBEDDING], before, vocabulary)
        found[name] = weights
    _LOG.info("warm start: weights of %s, %d of %d words known", ", ".join(found), *_known(before, vocabulary))
    return KeptWeights(found, unfit, "the live model has no weights of this name")


def _unfit(card: str, encoders: Mapping[str, Any]) -> dict[str, str]:
    """Find the models that read a vector which another encoder than the live model's makes now."""
    before = json.loads(_read(card))["spec"]
    return {
        model: f"the live model has another {half} encoder"
        for half, models in _READS.items()
        if before.get(half) != json.loads(json.dumps(encoders[half]))
        for model in models
    }


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
