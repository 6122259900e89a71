"""Transform's graph as the exported module asks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft


class TransformGraph(tf.Module):
    """Applies what Transform has fitted to raw features.

    TFT's layer is asked by its `call`: a Keras layer that was called as one is traced again, whole, when it is saved.

    Args:
        transform: Transform's output.
    """

    def __init__(self, transform: tft.TFTransformOutput):
        super().__init__()
        self.layer = transform.transform_features_layer()

    def __call__(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return transformed features by name, of raw ones of shape (batch, width)."""
        return self.layer.call(raw)
