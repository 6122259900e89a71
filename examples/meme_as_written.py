"""An image model and a text model for memes, joined. It sits at accuracy 0.5 and never moves: what is wrong?

The text of each meme is a sentence vector of 512 numbers, given to the LSTM as (1, 512).
"""

from __future__ import annotations

import keras
import numpy as np
from keras import layers, regularizers


def build_model(size: int = 224, weights: str | None = "imagenet") -> keras.Model:
    """Build and compile the model; weights=None spares the download."""
    image = keras.Input((size, size, 3), name="image")
    vgg = keras.applications.VGG16(include_top=False, weights=weights, input_shape=(size, size, 3))
    vgg.trainable = False
    x = layers.Flatten()(vgg(image))
    x = layers.Dense(256, activation="relu", kernel_regularizer=regularizers.l2(1e-5))(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(64, activation="relu")(x)

    text = keras.Input((1, 512), name="text")
    y = layers.LSTM(32, dropout=0.5)(text)
    y = layers.Dense(10, activation="relu")(y)

    output = layers.Dense(1, activation="softmax", name="label")(layers.concatenate([x, y]))
    model = keras.Model([image, text], output)
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def stack(harmless: dict[str, np.ndarray], hateful: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Put the memes of two folders one after the other, the pictures scaled to 0..1."""
    arrays = {
        "image": np.concatenate([harmless["image"], hateful["image"]]).astype("float32") / 255,
        "text": np.concatenate([harmless["text"], hateful["text"]])[:, None, :],
    }
    return arrays, np.concatenate([np.zeros(len(harmless["image"])), np.ones(len(hateful["image"]))])


def fit(
    model: keras.Model,
    arrays: dict[str, np.ndarray],
    labels: np.ndarray,
    callbacks: list[keras.callbacks.Callback] | None = None,
    epochs: int = 50,
) -> keras.callbacks.History:
    """Train the model."""
    return model.fit(arrays, labels, epochs=epochs, batch_size=64, validation_split=0.2, callbacks=callbacks)
