"""The train and the eval split as the parts and heads read them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from components import keys
from components.trainer.dataset import Arrays, Split
from components.trainer.features import build_features, features_of

# So many bytes of image vectors are in memory at once: their mean, variance and components are those of these examples.
FIGURE_BYTES = 256 << 20


def read_features(spec: Mapping[str, Any], train_split: Split, eval_split: Split) -> tuple[keras.Model, Arrays, Arrays]:
    """Read both splits and make the features of them.

    The image vectors, which may be wide, are read twice and not kept: first some of them, for the model's figures.

    Args:
        spec: Sections `image_branch` and `text_branch` of the configuration, and the `seed`.
        train_split: What the features' figures are taken from.
        eval_split: What is read beside it.

    Returns:
        The model of the features, as `build_features` makes it, and the arrays of both splits with the features.
    """
    train, evaluation = train_split.read(), eval_split.read()
    rows = FIGURE_BYTES // (4 * train_split.vector_width)
    some = np.sort(np.random.default_rng(spec["seed"]).permutation(train[keys.ID].reshape(-1))[:rows])
    vectors = train_split.read_vectors(some, lambda batch: {keys.IMAGE_VECTOR: batch[keys.IMAGE_VECTOR]})
    features = build_features(spec, train | vectors, spec["seed"])
    del vectors
    train, evaluation = (
        arrays
        | features_of(features, arrays)
        | split.read_vectors(arrays[keys.ID].reshape(-1), functools.partial(features_of, features))
        for arrays, split in ((train, train_split), (evaluation, eval_split))
    )
    return features, train, evaluation
