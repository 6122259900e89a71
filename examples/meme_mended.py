"""The same model, mended: every change has its code from `fusegate doctor` beside it."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers, regularizers


def build_model(size: int = 224, weights: str | None = "imagenet") -> keras.Model:
    """Build and compile the model; weights=None spares the download."""
    image = keras.Input((size, size, 3), name="image")
    # FG009: VGG16's own preprocessing, inside the model, so that serving cannot forget it.
    pixels = keras.applications.vgg16.preprocess_input(image)
    vgg = keras.applications.VGG16(include_top=False, weights=weights, input_shape=(size, size, 3))
    vgg.trainable = False
    x = layers.Flatten()(vgg(pixels))
    # The features of VGG16 have no bound: they are normalised before a Dense layer reads them.
    x = layers.LayerNormalization()(x)
    x = layers.Dense(256, activation="relu", kernel_regularizer=regularizers.l2(1e-5))(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(64, activation="relu")(x)

    # FG007: one vector is no sequence, so there is no LSTM.
    text = keras.Input((512,), name="text")
    y = layers.LayerNormalization()(text)
    y = layers.Dense(32, activation="relu")(y)
    y = layers.Dropout(0.5)(y)
    y = layers.Dense(10, activation="relu")(y)

    # FG001, FG003: one unit takes a sigmoid.
    output = layers.Dense(1, activation="sigmoid", name="label")(layers.concatenate([x, y]))
    model = keras.Model([image, text], output)
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy", keras.metrics.AUC(name="auc")])
    return model


def stack(
    harmless: dict[str, np.ndarray], hateful: dict[str, np.ndarray], seed: int = 0
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Put the memes of two folders together in a random order, the pictures as they are: 0..255."""
    # FG018: validation_split takes the tail before anything is shuffled.
    order = np.random.default_rng(seed).permutation(len(harmless["image"]) + len(hateful["image"]))
    arrays = {name: np.concatenate([harmless[name], hateful[name]])[order] for name in ("image", "text")}
    return arrays, np.concatenate([np.zeros(len(harmless["image"])), np.ones(len(hateful["image"]))])[order]


def fit(
    model: keras.Model,
    arrays: dict[str, np.ndarray],
    labels: np.ndarray,
    callbacks: list[keras.callbacks.Callback] | None = None,
    epochs: int = 50,
) -> keras.callbacks.History:
    """Train the model."""
    return model.fit(arrays, labels, epochs=epochs, batch_size=64, validation_split=0.2, callbacks=callbacks)
