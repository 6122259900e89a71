"""Backbones of keras.applications, without their top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from components.encoders.backbone_weights import load_weights, randomise
from components.encoders.image_encoder import ImageEncoder
from components.encoders.registry import IMAGENET, RANDOM
from components.encoders.weights import weight_files
from components.errors import InputError


def build(spec: Mapping[str, Any], fingerprint: str) -> ImageEncoder:
    """Builds an encoder on a backbone of keras.applications.

    Args:
        spec: A resolved spec; `application` is the constructor's name.
        fingerprint: Of the spec.

    Returns:
        The encoder.

    Raises:
        InputError: ImageNet's weights cannot be downloaded, or a weights file does not fit.
    """
    name, weights, size = spec["encoder"], spec["weights"], spec["size"]
    constructor = getattr(keras.applications, spec["application"])
    if weights == IMAGENET:
        backbone = _imagenet(name, constructor, size)
    else:
        backbone = constructor(include_top=False, weights=None, input_shape=(size, size, 3))
        if weights == RANDOM:
            randomise(backbone, spec["seed"])
        else:
            load_weights(name, backbone, weight_files(spec)[0])
    return ImageEncoder(name, backbone, size, spec["preprocessing"], spec["pooling"], fingerprint)


def _imagenet(name: str, constructor: Any, size: int) -> keras.Model:
    try:
        return constructor(include_top=False, weights=IMAGENET, input_shape=(size, size, 3))
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise InputError(
            f"{name}: weights: imagenet are downloaded by keras.applications on first use. "
            f"Received: {type(error).__name__}: {error}. Go online once, or set weights to the path of a .weights.h5, "
            ".h5 or .keras file of this backbone, or take encoder: efficientnet_lite0, whose weights are installed."
        ) from error
