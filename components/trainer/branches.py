"""Keras models of the branches: each turns features of one half into a logit.

Inputs are named dicts; every model ends in one linear unit, never in a softmax over one unit, which is constant.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from components import keys
from components.trainer.layers import TrimPadding

Spec = Mapping[str, Any]
Inputs = Mapping[str, keras.KerasTensor]


@dataclasses.dataclass(frozen=True)
class Widths:
    """Sizes that the data decides; None where the configuration has no such input.

    Attributes:
        image: Width of the image features.
        sentence: Width of the sentence features.
        lexical: Width of the condensed n-grams.
        tokens: Tokens of a text, padded.
        vocabulary: Number of token ids, padding and unknown words included.
    """

    image: int
    sentence: int | None = None
    lexical: int | None = None
    tokens: int | None = None
    vocabulary: int | None = None


def build_linear(name: str, widths: Mapping[str, int], weights: NDArray[np.floating], bias: float) -> keras.Model:
    """Build a logistic regression that was solved elsewhere.

    Args:
        name: Name of the model.
        widths: Width of each input by its name, in the order of the weights; `words` and `characters` are sparse.
        weights: Shape (sum of the widths,).
        bias: The intercept.
    """
    inputs, terms, start = {}, [], 0
    for number, (key, width) in enumerate(widths.items()):
        inputs[key] = keras.Input((width,), sparse=key in (keys.WORDS, keys.CHARACTERS), name=key)
        layer = keras.layers.Dense(1, use_bias=number == 0, name=f"{name}_{key}")
        layer.build((None, width))
        kernel = weights[start : start + width, None]
        layer.set_weights([kernel, np.array([bias])] if number == 0 else [kernel])
        terms.append(layer(inputs[key]))
        start += width
    return keras.Model(inputs, terms[0] if len(terms) == 1 else keras.layers.Add(name=name)(terms), name=name)


def build_dense(spec: Spec, widths: Widths) -> keras.Model:
    """Build the trained image branch, `image_features` float32 (batch, width) to a logit (batch, 1)."""
    inputs = {keys.IMAGE_FEATURES: keras.Input((widths.image,), name=keys.IMAGE_FEATURES)}
    hidden = image_layers(spec["image_branch"], inputs[keys.IMAGE_FEATURES])
    return keras.Model(inputs, keras.layers.Dense(1, name="image_logit")(hidden), name=keys.DENSE)


def build_tokens(kind: str, spec: Spec, widths: Widths) -> keras.Model:
    """Build a trained text branch over `tokens` int64 (batch, tokens) to a logit (batch, 1).

    Args:
        kind: `lstm`, or `pooled` for the mean of the embedded words.
        spec: Section `text_branch` among others.
        widths: Sizes of the inputs.
    """
    inputs = {keys.TOKENS: keras.Input((widths.tokens,), dtype="int64", name=keys.TOKENS)}
    hidden = token_layers(kind, spec["text_branch"], inputs[keys.TOKENS], widths)
    return keras.Model(inputs, keras.layers.Dense(1, name="text_logit")(hidden), name=kind)


def image_layers(spec: Spec, vector: keras.KerasTensor) -> keras.KerasTensor:
    """Lay dropout and, if the branch is `dense`, dense layers over image features."""
    x = keras.layers.Dropout(spec["input_dropout"], name="image_input_dropout")(vector)
    for index, width in enumerate(spec["dense"] if spec["kind"] == keys.DENSE else ()):
        penalty = keras.regularizers.L2(spec["l2"]) if index == 0 else None
        x = keras.layers.Dense(width, "relu", kernel_regularizer=penalty, name=f"image_dense_{index}")(x)
        if index == 0:
            x = keras.layers.Dropout(spec["dropout"], name="image_dropout")(x)
    return x


def token_layers(kind: str, spec: Spec, tokens: keras.KerasTensor, widths: Widths) -> keras.KerasTensor:
    """Embed tokens, read them by an LSTM or take their mean, and lay a dense layer over it."""
    x = TrimPadding(name="text_trim")(tokens)
    x = keras.layers.Embedding(widths.vocabulary, spec["embedding"], mask_zero=True, name="text_embedding")(x)
    # The same dropout as LSTM's own (one mask for all steps), which would leave random operations in the served graph.
    x = keras.layers.SpatialDropout1D(spec["dropout"], name="text_dropout")(x)
    if kind == keys.LSTM:
        x = keras.layers.LSTM(spec["lstm"], name="text_lstm")(x)
    else:
        x = keras.layers.GlobalAveragePooling1D(name="text_mean")(x)
    return keras.layers.Dense(spec["dense"], "relu", name="text_dense")(x)
