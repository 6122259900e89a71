"""A backbone of one's own, from a `.keras` file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from components.encoders.image_encoder import ImageEncoder
from components.encoders.weights import weight_files
from components.errors import InputError


def build(spec: Mapping[str, Any], fingerprint: str) -> ImageEncoder:
    """Builds an encoder on a backbone saved with `model.save("backbone.keras")`.

    Args:
        spec: A resolved spec; `weights` is the file, `preprocessing` what the backbone was trained with.
        fingerprint: Of the spec.

    Returns:
        The encoder.

    Raises:
        InputError: The file cannot be read, holds code (a lambda) or a class that Keras does not have, or its model
            does not fit `size` or `pooling`.
    """
    path = weight_files(spec)[0]
    try:
        backbone = keras.saving.load_model(str(path), compile=False, safe_mode=True)
    except Exception as error:  # Keras raises a dozen types for a file that it cannot or will not read
        raise InputError(
            "keras_file: weights must be a Keras model, saved by this or an older Keras, of its own layers, without "
            f"lambdas or custom classes. Received: {path} ({type(error).__name__}: {error}). Save the backbone anew so."
        ) from error
    return ImageEncoder("keras_file", backbone, spec["size"], spec["preprocessing"], spec["pooling"], fingerprint)
