"""A Keras layer: a product of an image kernel and a text kernel at landmark pairs."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray


@keras.saving.register_keras_serializable("fusegate")
class ProductKernel(keras.layers.Layer):
    """Compare a pair with landmark pairs: exp(−width · |image − landmark|²) · (text · landmark).

    The product is large only where both halves resemble one landmark pair, so a weighted sum of it can say what the
    picture says only together with the text.

    Args:
        images: Image features of the landmarks, shape (landmarks, image width).
        texts: Text features of the landmarks, shape (landmarks, text width).
        width: Factor of the squared distance.

    Reference:
        Schölkopf and Smola 2002, "Learning with Kernels", 13.1: products of kernels; Williams and Seeger 2001 for
        landmarks.
    """

    def __init__(self, images: NDArray[np.floating], texts: NDArray[np.floating], width: float, **kwargs: object):
        super().__init__(trainable=False, **kwargs)
        self.width = width
        for name, values in (("images", images), ("texts", texts)):
            values = np.asarray(values, np.float32)
            weight = self.add_weight(shape=values.shape, name=name, trainable=False)
            weight.assign(values)
            setattr(self, name, weight)

    def call(self, image: keras.KerasTensor, text: keras.KerasTensor) -> keras.KerasTensor:
        """Return the kernel's values, (batch, landmarks), of features (batch, width) of each half."""
        cross = ops.matmul(image, ops.transpose(self.images))
        distance = ops.sum(image**2, axis=1, keepdims=True) + ops.sum(self.images**2, axis=1) - 2 * cross
        return ops.exp(-self.width * ops.maximum(distance, 0.0)) * ops.matmul(text, ops.transpose(self.texts))

    def compute_output_shape(self, image_shape: tuple, text_shape: tuple) -> tuple:
        """Return (batch, landmarks)."""
        return (image_shape[0], self.images.shape[0])
