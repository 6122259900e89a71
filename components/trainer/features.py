"""What the branches and heads read, made of Transform's features by one Keras model, in training as in serving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import PCA, TruncatedSVD

from components import keys
from components.trainer.layers import SignedRoot
from components.trainer.principal import principal

_BATCH = 1024
_SMALLEST_VARIANCE = 1e-6
# What each feature is made of.
_SOURCES = {
    keys.IMAGE_FEATURES: keys.IMAGE_VECTOR,
    keys.IMAGE_CONDENSED: keys.IMAGE_VECTOR,
    keys.SENTENCE_FEATURES: keys.TEXT_VECTOR,
    keys.LEXICAL_VECTOR: keys.WORDS,
}

Arrays = Mapping[str, Any]


def build_features(spec: Mapping[str, Any], train: Arrays, seed: int) -> keras.Model:
    """Build the model that standardises the vectors and condenses the n-grams, its figures taken from the train split.

    Args:
        spec: Sections `image_branch` and `text_branch` of the configuration.
        train: Arrays of the train split; `words` and `characters` are sparse (n, size). The rows of `image_vector` may
            be of some of its examples alone.
        seed: Of the singular value decomposition.

    Returns:
        A model from a dict of `image_vector` float32 (batch, width), and as the text's branches need them `text_vector`
        float32 (batch, width), `words` sparse float32 (batch, size), to a dict of `image_features`,
        `image_condensed`, `sentence_features` and `lexical_vector` (rows of length 1).

    Reference:
        `lexical_vector`: Deerwester et al. 1990, "Indexing by Latent Semantic Analysis". `image_condensed`, and
        `image_features` of a vector wider than `components`: principal components.
    """
    inputs, outputs = {}, {}
    image = inputs[keys.IMAGE_VECTOR] = _input(train, keys.IMAGE_VECTOR)
    values = train[keys.IMAGE_VECTOR]
    if spec["image_branch"]["root"]:
        image, values = SignedRoot(name="image_root")(image), np.sign(values) * np.sqrt(np.abs(values))
    if spec["image_branch"]["normalize"]:
        normalise = _normalise(values, "image_normalization")
        image, values = normalise(image), _in_batches(normalise, values)
    components = spec["image_branch"]["components"]
    if components is not None and components < values.shape[1]:
        narrow = principal(values, components)
        image, values = narrow(image), _in_batches(narrow, values)
    outputs[keys.IMAGE_FEATURES] = image
    outputs[keys.IMAGE_CONDENSED] = _condense_image(values, spec["image_branch"]["condensed_width"], seed)(image)
    if keys.SENTENCE in spec["text_branch"]["kinds"]:
        inputs[keys.TEXT_VECTOR] = _input(train, keys.TEXT_VECTOR)
        layer = _normalise(train[keys.TEXT_VECTOR], "sentence_normalization")
        outputs[keys.SENTENCE_FEATURES] = layer(inputs[keys.TEXT_VECTOR])
    if keys.LEXICAL in spec["text_branch"]["kinds"]:
        inputs[keys.WORDS] = keras.Input((train[keys.WORDS].shape[1],), sparse=True, name=keys.WORDS)
        condensed = _condense_words(train[keys.WORDS], spec["text_branch"]["lexical_width"], seed)(inputs[keys.WORDS])
        outputs[keys.LEXICAL_VECTOR] = keras.layers.UnitNormalization(name="lexical_length")(condensed)
    return keras.Model(inputs, outputs, name="features")


def features_of(model: keras.Model, arrays: Arrays) -> dict[str, NDArray]:
    """Return the features that a model of `build_features` makes of arrays, those alone whose inputs are there."""
    outputs = {name: tensor for name, tensor in model.output.items() if _SOURCES[name] in arrays}
    inputs = {source: model.input[source] for source in dict.fromkeys(_SOURCES[name] for name in outputs)}
    return apply(keras.Model(inputs, outputs), arrays) if outputs else {}


def apply(model: keras.Model, arrays: Arrays) -> dict[str, NDArray]:
    """Run a model with a dict of inputs and a dict of outputs over arrays, in batches; sparse inputs may be scipy's."""
    made: dict[str, list[NDArray]] = {name: [] for name in model.output}
    for start in range(0, arrays[next(iter(model.input))].shape[0], _BATCH):
        batch = {name: _as_tensor(arrays[name][start : start + _BATCH]) for name in model.input}
        for name, tensor in model(batch, training=False).items():
            made[name].append(keras.ops.convert_to_numpy(tensor))
    return {name: np.concatenate(blocks) for name, blocks in made.items()}


def _in_batches(layer: keras.layers.Layer, values: NDArray) -> NDArray:
    starts = range(0, len(values), _BATCH)
    return np.concatenate([keras.ops.convert_to_numpy(layer(values[start : start + _BATCH])) for start in starts])


def _as_tensor(array: Any) -> tf.Tensor | tf.SparseTensor:
    """Make a tensor of a dense array, or a sparse one of a scipy matrix."""
    if not sparse.issparse(array):
        return tf.convert_to_tensor(array)
    cells = array.tocoo()
    indices = np.column_stack([cells.row, cells.col]).astype(np.int64)
    return tf.sparse.reorder(tf.SparseTensor(indices, cells.data.astype(np.float32), array.shape))


def _input(train: Arrays, name: str) -> keras.KerasTensor:
    return keras.Input((train[name].shape[1],), name=name)


def _normalise(values: NDArray, name: str) -> keras.layers.Layer:
    variance = values.var(axis=0) + _SMALLEST_VARIANCE
    return keras.layers.Normalization(mean=values.mean(axis=0), variance=variance, name=name)


def _condense_image(values: NDArray, width: int, seed: int) -> keras.layers.Layer:
    width = min(width, *values.shape)
    fitted = PCA(width, svd_solver="randomized", random_state=seed).fit(values)
    layer = keras.layers.Dense(width, trainable=False, name="image_condense")
    layer.build((None, values.shape[1]))
    layer.set_weights([fitted.components_.T, -fitted.components_ @ fitted.mean_])
    return layer


def _condense_words(words: sparse.csr_matrix, width: int, seed: int) -> keras.layers.Layer:
    width = max(1, min(width, min(words.shape) - 1))
    fitted = TruncatedSVD(width, random_state=seed).fit(words)
    layer = keras.layers.Dense(width, trainable=False, name="lexical_condense")
    layer.build((None, words.shape[1]))
    # Centred: what all texts share would make all of them alike.
    layer.set_weights([fitted.components_.T, -fitted.transform(words).mean(axis=0)])
    return layer
