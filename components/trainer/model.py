"""The Keras models: each part alone, and the two fused.

Pure Keras: specifications in, models out. Inputs are named dicts; every model ends in one logit, never in a softmax
over one unit, which is constant.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import keras

from components import keys


@dataclasses.dataclass(frozen=True)
class Widths:
    """Sizes that the data decides.

    Attributes:
        image: Width of the image vector.
        text: Width of the sentence vector, or None where there is none.
        tokens: Tokens of a text, padded.
        vocabulary: Number of token ids, padding and unknown words included.
    """

    image: int
    text: int | None
    tokens: int
    vocabulary: int


# Measured on drawn memes with pure interaction; without them the projection of a wide vector fits noise.
_PROJECTION_DROPOUT = 0.5
_PROJECTION_L2 = 1e-2

Statistics = Mapping[str, tuple[Any, Any]]


def build_image_only(spec: Mapping[str, Any], widths: Widths, statistics: Statistics) -> keras.Model:
    """Build the model that sees the image vector alone; see `build_fused` for the arguments."""
    inputs = _image_inputs(widths)
    return _classifier(
        keys.IMAGE_ONLY,
        inputs,
        _image_branch(spec["image_branch"], _image_vector(spec["image_branch"], inputs, statistics)),
    )


def build_text_only(spec: Mapping[str, Any], widths: Widths, statistics: Statistics) -> keras.Model:
    """Build the model that sees the text alone; see `build_fused` for the arguments."""
    inputs = _text_inputs(widths)
    return _classifier(keys.TEXT_ONLY, inputs, _text_branch(spec["text_branch"], inputs, widths, statistics))


def build_fused(spec: Mapping[str, Any], widths: Widths, statistics: Statistics) -> keras.Model:
    """Build the model that sees both halves.

    Args:
        spec: Sections `image_branch`, `text_branch` and `train` of the configuration.
        widths: Sizes that the data decides.
        statistics: Mean and variance, each of shape (width,), of the vectors that a branch standardises.

    Returns:
        A model from a dict of inputs, `image_vector` float32 (batch, width), `tokens` int64 (batch, tokens) and, where
        there is one, `text_vector` float32 (batch, width), to one logit, float32 (batch, 1).

    Reference:
        `bilinear`: Kim et al. 2017, "Hadamard Product for Low-rank Bilinear Pooling".
    """
    inputs = _image_inputs(widths) | _text_inputs(widths)
    vector = _image_vector(spec["image_branch"], inputs, statistics)
    image = _image_branch(spec["image_branch"], vector)
    text = _text_branch(spec["text_branch"], inputs, widths, statistics)
    halves = [image, text]
    if spec["train"]["head"] == "bilinear":
        halves.append(_interaction(spec["train"]["rank"], vector, text))
    return _classifier(keys.FUSED, inputs, keras.layers.Concatenate(name="fusion")(halves))


def _classifier(name: str, inputs: dict[str, keras.KerasTensor], features: keras.KerasTensor) -> keras.Model:
    logit = keras.layers.Dense(1, name="logit")(features)
    return keras.Model(inputs, logit, name=name)


def _image_inputs(widths: Widths) -> dict[str, keras.KerasTensor]:
    return {keys.IMAGE_VECTOR: keras.Input((widths.image,), name=keys.IMAGE_VECTOR)}


def _text_inputs(widths: Widths) -> dict[str, keras.KerasTensor]:
    inputs = {keys.TOKENS: keras.Input((widths.tokens,), dtype="int64", name=keys.TOKENS)}
    if widths.text is not None:
        inputs[keys.TEXT_VECTOR] = keras.Input((widths.text,), name=keys.TEXT_VECTOR)
    return inputs


def _interaction(rank: int, vector: keras.KerasTensor, text: keras.KerasTensor) -> keras.KerasTensor:
    """Multiply low-rank projections of the two halves.

    The picture is projected from its vector, not from its branch: the branch keeps what tells of the label by itself,
    and what matters only together with a text is lost there.
    """
    left = keras.layers.Dropout(_PROJECTION_DROPOUT, name="projection_dropout")(vector)
    left = keras.layers.Dense(rank, kernel_regularizer=keras.regularizers.L2(_PROJECTION_L2), name="image_projection")(
        left
    )
    right = keras.layers.Dense(rank, name="text_projection")(text)
    return keras.layers.Multiply(name="interaction")([left, right])


def _image_vector(
    spec: Mapping[str, Any], inputs: Mapping[str, keras.KerasTensor], statistics: Statistics
) -> keras.KerasTensor:
    vector = inputs[keys.IMAGE_VECTOR]
    if not spec["normalize"]:
        return vector
    mean, variance = statistics[keys.IMAGE_VECTOR]
    return keras.layers.Normalization(mean=mean, variance=variance, name="image_normalization")(vector)


def _image_branch(spec: Mapping[str, Any], vector: keras.KerasTensor) -> keras.KerasTensor:
    x = keras.layers.Dropout(spec["input_dropout"], name="image_input_dropout")(vector)
    for index, width in enumerate(spec["dense"]):
        penalty = keras.regularizers.L2(spec["l2"]) if index == 0 else None
        x = keras.layers.Dense(width, "relu", kernel_regularizer=penalty, name=f"image_dense_{index}")(x)
        if index == 0:
            x = keras.layers.Dropout(spec["dropout"], name="image_dropout")(x)
    return x


def _text_branch(
    spec: Mapping[str, Any], inputs: Mapping[str, keras.KerasTensor], widths: Widths, statistics: Statistics
) -> keras.KerasTensor:
    x = keras.layers.Embedding(widths.vocabulary, spec["embedding"], mask_zero=True, name="embedding")(
        inputs[keys.TOKENS]
    )
    # The same dropout as LSTM's own (one mask for all steps), which would leave random operations in the served graph.
    x = keras.layers.SpatialDropout1D(spec["dropout"], name="text_dropout")(x)
    x = keras.layers.LSTM(spec["lstm"], name="lstm")(x)
    x = keras.layers.Dense(spec["dense"], "relu", name="text_dense")(x)
    if widths.text is None:
        return x
    mean, variance = statistics[keys.TEXT_VECTOR]
    sentence = keras.layers.Normalization(mean=mean, variance=variance, name="text_normalization")(
        inputs[keys.TEXT_VECTOR]
    )
    sentence = keras.layers.Dropout(spec["dropout"], name="sentence_dropout")(sentence)
    sentence = keras.layers.Dense(spec["dense"], "relu", name="sentence_dense")(sentence)
    return keras.layers.Concatenate(name="text")([x, sentence])
