"""Small Keras layers of the branches and heads."""

from __future__ import annotations

import keras
from keras import ops


@keras.saving.register_keras_serializable("fusegate")
class SignedRoot(keras.layers.Layer):
    """Take the square root and keep the sign: tames the long tail of pooled activations.

    Reference:
        Perronnin et al. 2010, "Improving the Fisher Kernel for Large-Scale Image Classification": power normalisation.
    """

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Map each number x to sign(x)·√|x|; shape and dtype are kept."""
        return ops.sign(inputs) * ops.sqrt(ops.abs(inputs))


@keras.saving.register_keras_serializable("fusegate")
class TrimPadding(keras.layers.Layer):
    """Cut off the columns that are padding in all texts of a batch: an LSTM takes its time for each of them.

    A masked step leaves the state as it is, so answers do not change by it.
    """

    def call(self, tokens: keras.KerasTensor) -> keras.KerasTensor:
        """Return int64 (batch, longest), at least one column, of token ids (batch, tokens), 0 being padding."""
        there = ops.any(ops.not_equal(tokens, 0), axis=0)
        places = ops.arange(1, ops.shape(tokens)[1] + 1)
        return tokens[:, : ops.max(ops.where(there, places, 1))]

    def compute_output_shape(self, shape: tuple) -> tuple:
        """Return (batch, None): the length is the batch's own."""
        return shape[0], None


@keras.saving.register_keras_serializable("fusegate")
class ModalityDropout(keras.layers.Layer):
    """Blank, in training, a whole half of an example, never both.

    Args:
        rate: Share of the examples that lose their image half, and as large a share their text half; at most 0.5.
        seed: Seed of the choice; None takes Keras's global one.

    Reference:
        Neverova et al. 2016, "ModDrop: adaptive multi-modal gesture recognition".
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: object):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(
        self, image: keras.KerasTensor, text: keras.KerasTensor, training: bool = False
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return both halves, (batch, width) each, some rows zeroed if `training`."""
        if not training or self.rate == 0:
            return image, text
        chance = keras.random.uniform((ops.shape(image)[0], 1), seed=self.seed_generator)
        keep_image = ops.cast(chance >= self.rate, image.dtype)
        keep_text = ops.cast(chance < 1 - self.rate, text.dtype)
        return image * keep_image, text * keep_text

    def compute_output_shape(self, image_shape: tuple, text_shape: tuple) -> tuple[tuple, tuple]:
        """Return the shapes of both halves."""
        return image_shape, text_shape

    def get_config(self) -> dict:
        """Return the layer's arguments."""
        return {**super().get_config(), "rate": self.rate}
