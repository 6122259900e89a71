"""Small models that the tests build from."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers


def compiled(model: keras.Model, loss: Any = "binary_crossentropy", rate: float = 1e-3) -> keras.Model:
    model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss)
    return model


def dense(
    units: int = 1, activation: str | None = "sigmoid", loss: Any = "binary_crossentropy", **settings: Any
) -> keras.Model:
    """One hidden layer and an output."""
    model = keras.Sequential(
        [keras.Input((8,), name="x"), layers.Dense(6, "tanh"), layers.Dense(units, activation, **settings)]
    )
    return compiled(model, loss)


def two_branches(left: Any, right: Any, widths: tuple[int, int] = (8, 16), head: Any = None) -> keras.Model:
    """Two vectors, each through its own layers, concatenated before a sigmoid."""
    a, b = keras.Input((widths[0],), name="a"), keras.Input((widths[1],), name="b")
    x = layers.Concatenate(name="join")([left(a), right(b)])
    x = head(x) if head is not None else x
    return compiled(keras.Model({"a": a, "b": b}, layers.Dense(1, "sigmoid")(x)))


def text(*middle: Any, mask_zero: bool = True) -> keras.Model:
    """Tokens through an embedding and what follows."""
    return compiled(
        keras.Sequential(
            [
                keras.Input((12,), dtype="int64", name="tokens"),
                layers.Embedding(50, 6, mask_zero=mask_zero),
                *middle,
                layers.Dense(1, "sigmoid"),
            ]
        )
    )


def small_backbone(
    trainable: bool, *, pretrained: bool = True, norm: bool = False, name: str = "backbone"
) -> keras.Model:
    """A nested image model; pretrained stands for weights that are not as initialised."""
    middle = [layers.BatchNormalization()] if norm else []
    backbone = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, activation="relu"),
            *middle,
            layers.Conv2D(8, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
        ],
        name="backbone",
    )
    if pretrained:
        learn(backbone)
    backbone.trainable = trainable
    return backbone


def learn(model: keras.Model) -> keras.Model:
    """Give every weight values that no initialiser draws, of the same size, as if it had been trained."""
    generator = np.random.default_rng(3)
    for variable in model.weights:
        value = keras.ops.convert_to_numpy(variable)
        if value.ndim > 1:
            variable.assign(np.sign(value) * np.sqrt(np.mean(value**2)))
        elif value.ndim == 1:
            variable.assign(value + generator.uniform(0.01, 0.02, value.shape))
    return model


def settle(model: keras.Model, images: Any) -> keras.Model:
    """Let every BatchNormalization take its statistics from these images, so that a deep stand-in does not fade out."""
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.0
    model(images, training=True)
    return model


def on_backbone(
    backbone: keras.Model, *, rate: float = 1e-3, call: dict[str, Any] | None = None, scale: Any = None
) -> keras.Model:
    """An image model with a fresh head."""
    image = keras.Input(backbone.input_shape[1:], name="image")
    x = scale(image) if scale is not None else image
    x = backbone(x, **(call or {}))
    if len(x.shape) == 4:
        x = layers.LayerNormalization()(layers.GlobalAveragePooling2D()(x))
    return compiled(keras.Model(image, layers.Dense(1, "sigmoid")(x)), rate=rate)
