"""Any backbone of pictures that keras-hub has a preset for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import keras_hub
import tensorflow as tf

from components.encoders.hub_preset import load_backbone, load_part, loaded_fingerprint
from components.encoders.image_encoder import MODE_NONE, ImageEncoder


class HubImageEncoder(ImageEncoder):
    """A frozen keras-hub backbone; pictures are cut, resized and scaled as the preset's image converter does.

    Args:
        name: The encoder's name in the registry.
        backbone: As `ImageEncoder` takes it.
        converter: Turns `(height, width, 3)` float32 of 0 to 255 into the backbone's `(size, size, 3)`.
        size: The side, in pixels, of the converter's pictures.
        pooling: `avg`, `avg_max` or `flatten`.
        fingerprint: The sha256 that stands for everything the vectors depend on.
    """

    def __init__(
        self,
        name: str,
        backbone: keras.Model,
        converter: keras_hub.layers.ImageConverter,
        size: int,
        pooling: str,
        fingerprint: str,
    ):
        super().__init__(name, backbone, size, MODE_NONE, pooling, fingerprint)
        self.converter = converter

    def fit(self, pixels: tf.Tensor) -> tf.Tensor:
        """Brings a decoded picture to the backbone's size and scale, in the preset's own way."""
        return self.converter(tf.cast(pixels, tf.float32))


def build(spec: Mapping[str, Any], fingerprint: str) -> HubImageEncoder:
    """Builds an encoder on a keras-hub preset.

    Args:
        spec: A resolved spec; `weights` is the preset's name, its handle, or its folder.
        fingerprint: Of the spec.

    Returns:
        The encoder.

    Raises:
        InputError: The preset cannot be loaded, has no image converter, or does not fit `size` or `pooling`.
    """
    name, preset, size = spec["encoder"], spec["weights"], spec["size"]
    backbone = load_backbone(name, preset)
    converter = load_part(name, preset, keras_hub.layers.ImageConverter.from_preset, image_size=(size, size))
    fingerprint = loaded_fingerprint(fingerprint, preset, backbone)
    return HubImageEncoder(name, backbone, converter, size, spec["pooling"], fingerprint)
