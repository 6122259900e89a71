"""Fills a Keras backbone with weights: from a file, or random ones that depend on a seed alone."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from components.errors import InputError


def load_weights(name: str, backbone: keras.Model, path: Path) -> None:
    """Reads weights without the top into a backbone; of a `.keras` file the weights alone, no layer is made from it.

    Args:
        name: The encoder's name, for errors.
        backbone: The model to fill.
        path: A `.weights.h5`, a `.h5` of keras.applications, or a `.keras` file.

    Raises:
        InputError: The file cannot be read, or holds other weights.
    """
    try:
        backbone.load_weights(str(path))
    except Exception as error:  # Keras and h5py raise a dozen types for a file that does not fit
        raise InputError(
            f"{name}: the weights file must hold this backbone's weights without the top. "
            f"Received: {path} ({type(error).__name__}: {_first_line(error)}). "
            "Name a file that was saved from the same backbone with include_top=False."
        ) from error


def randomise(backbone: keras.Model, seed: int) -> None:
    """Draws every kernel as He et al. do, from a generator of its own: no global seed is read or changed.

    Args:
        backbone: The model to fill; vectors (biases, normalisation) keep their initial values.
        seed: Of the generator; the same seed gives the same weights in any process.

    Reference:
        He et al. 2015, "Delving Deep into Rectifiers".
    """
    generator = np.random.default_rng(seed)
    for variable in backbone.weights:
        shape = tuple(variable.shape)
        if len(shape) < 2:
            continue
        # A depthwise kernel (height, width, channels, 1) sums over height and width alone.
        fan_in = np.prod(shape[:-1] if shape[-1] > 1 else shape[:-2])
        variable.assign(generator.standard_normal(shape, dtype=np.float32) * np.float32(np.sqrt(2.0 / fan_in)))


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]
