"""What the training path says of some pairs, kept beside the model, so that serving can be compared with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from components import keys
from components.trainer.calibration import Calibration
from components.trainer.dataset import Split
from components.trainer.features import apply
from components.trainer.stack import sigmoid

FILE = "training_path/predictions.jsonl"
_MOST = 64


def score_outputs(
    model: keras.Model, split: Split, arrays: Mapping[str, Any], calibrations: Mapping[str, Calibration]
) -> dict[str, NDArray[np.float64]]:
    """Score the examples of a split with the Keras model itself.

    Nothing of the exported graph is used: neither its decoding, its encoders nor its copy of Transform's graph.

    Args:
        model: As `components.trainer.assemble` makes it.
        split: The split, for its image vectors.
        arrays: The rest of it, as `Split.read` gives it.
        calibrations: By output.

    Returns:
        Probabilities by output, shape (n,).
    """
    ids = arrays[keys.ID].reshape(-1)

    def score(vectors: Mapping[str, Any]) -> dict[str, NDArray]:
        rows = np.searchsorted(ids, vectors[keys.ID])
        return apply(model, {name: vectors[name] if name in vectors else arrays[name][rows] for name in model.input})

    logits = split.read_vectors(ids, score)
    return {name: sigmoid(calibrations[name](logits[name][:, 0].astype(np.float64))) for name in keys.OUTPUTS}


def keep_training_path(folder: str, arrays: Mapping[str, Any], scores: Mapping[str, NDArray[np.floating]]) -> None:
    """Write the scores of at most 64 pairs, spread evenly over those that have a text.

    Args:
        folder: The model artifact's folder.
        arrays: Arrays of the pairs; `id`, and `has_text` (1 for a text that has a token).
        scores: As `score_outputs` gives them.
    """
    rows = np.flatnonzero(np.asarray(arrays[keys.HAS_TEXT]).reshape(-1) > 0)
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, min(_MOST, len(rows))).astype(int))]
    ids = np.asarray(arrays[keys.ID]).reshape(-1)
    path = f"{folder}/{FILE}"
    tf.io.gfile.makedirs(path.rsplit("/", 1)[0])
    with tf.io.gfile.GFile(path, "w") as file:
        for row in rows:
            told = {keys.ID: ids[row].decode(), **{name: float(scores[name][row]) for name in keys.OUTPUTS}}
            file.write(f"{json.dumps(told)}\n")


def read_training_path(folder: str) -> dict[str, dict[str, float]]:
    """Read what `keep_training_path` wrote: scores by output, by the pair's id; empty where nothing was written."""
    path = f"{folder}/{FILE}"
    if not tf.io.gfile.exists(path):
        return {}
    with tf.io.gfile.GFile(path) as file:
        rows = [json.loads(line) for line in file]
    return {row[keys.ID]: {name: row[name] for name in keys.OUTPUTS} for row in rows}
