"""Vectors that come with the data instead of from an encoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from components.encoders.encoder import FrozenEncoder
from components.encoders.registry import GIVEN


class GivenVector(FrozenEncoder):
    """Stands where an encoder of texts would: its vectors are the feature `text_vector` of the data and of a request.

    It has a width and a fingerprint, and cannot be called.

    Args:
        width: The length of a vector.
        fingerprint: `given-WIDTH`.

    Example:
        >>> build_text_encoder({"encoder": "given", "width": 512}).fingerprint
        'given-512'
    """

    def __init__(self, width: int, fingerprint: str):
        super().__init__(GIVEN, "text", width, fingerprint)

    def __call__(self, inputs: tf.Tensor) -> tf.Tensor:
        """Raises: there is nothing to compute."""
        raise TypeError(f"a given vector is read from the data, not computed. Received: a call with {inputs.shape}")


def build(spec: Mapping[str, Any], fingerprint: str) -> GivenVector:
    """Makes what stands for given vectors of the spec's `width`."""
    return GivenVector(spec["width"], fingerprint)
