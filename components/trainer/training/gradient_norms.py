"""Norms of the gradient by branch, once per epoch."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

GRADIENT_NORM = "gradient_norm_"
_EXAMPLES = 128


def branch_of(variable: Any) -> str:
    """Return the branch of a weight: its layer's name up to the first underscore.

    Example:
        `image_dense_0/kernel` belongs to `image`, `lstm/lstm_cell/bias` to `lstm`.
    """
    return variable.path.split("/")[0].split("_")[0]


class GradientNorms(keras.callbacks.Callback):
    """Adds to an epoch's logs `gradient_norm_BRANCH`: the L2 norm of the loss's gradient by the branch's weights.

    It is taken after the epoch on one fixed batch and without dropout, so that epochs can be compared and no random
    state moves.

    Args:
        examples: Inputs, labels and, where there are any, weights, in nested tuples and dicts of arrays. Of them at
            most 128 are taken, evenly spread.
    """

    def __init__(self, examples: Any):
        super().__init__()
        count = len(tf.nest.flatten(examples)[0])
        chosen = np.linspace(0, count - 1, min(count, _EXAMPLES)).astype(int)
        self._batch = tf.nest.map_structure(lambda array: tf.convert_to_tensor(array[chosen]), examples)
        self._norms: Any = None

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Bind the function to the model; it is traced at its first call."""
        self._norms = tf.function(self._compute, autograph=False)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Add the norms to the logs."""
        for branch, norm in self._norms().items():
            logs[GRADIENT_NORM + branch] = float(norm)

    def _compute(self) -> dict[str, tf.Tensor]:
        inputs, labels, weights = keras.utils.unpack_x_y_sample_weight(self._batch)
        variables = self.model.trainable_variables
        with tf.GradientTape() as tape:
            outputs = self.model(inputs, training=False)
            loss = self.model.compute_loss(inputs, labels, outputs, weights, training=False)
        squares: dict[str, list[tf.Tensor]] = {}
        for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
            # An embedding's gradient has a row per token, equal tokens apart: made dense, they add up.
            square = 0.0 if gradient is None else tf.reduce_sum(tf.square(tf.convert_to_tensor(gradient)))
            squares.setdefault(branch_of(variable), []).append(square)
        return {branch: tf.sqrt(tf.add_n(parts)) for branch, parts in squares.items()}
