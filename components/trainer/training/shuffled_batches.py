"""Batches in an order that depends on the seed and the epoch alone."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

# Batches that are gathered while a step is computed.
_AHEAD = 2


def shuffled_batches(examples: Any, batch_size: int, *, seed: int, first_epoch: int, epochs: int) -> tf.data.Dataset:
    """Return the batches of all epochs from `first_epoch` on, one epoch after the other.

    Keras shuffles arrays from a global generator, whose state after a resume is not what it was; here epoch e of a
    resumed run has the order that it has in an uninterrupted one. As in Keras, indices are drawn and whole batches are
    gathered: slicing example by example costs more than a step of a small model.

    Args:
        examples: Nested tuples and dicts of arrays whose first axis, of equal length n > 0, is the examples.
        batch_size: Examples in a batch; the last one of an epoch may be smaller.
        seed: Of the order.
        first_epoch: Counted from 0.
        epochs: Where the dataset ends: epoch `epochs` is not in it.

    Returns:
        Of each epoch ceil(n / batch_size) batches of the structure of `examples`.
    """
    tensors = tf.nest.map_structure(tf.convert_to_tensor, examples)
    count = len(tf.nest.flatten(tensors)[0])
    steps = -(-count // batch_size)

    def indices(epoch: tf.Tensor) -> tf.data.Dataset:
        order = tf.random.experimental.stateless_shuffle(
            tf.range(count), seed=tf.stack([tf.cast(seed, tf.int64), epoch])
        )
        return tf.data.Dataset.range(steps).map(lambda step: order[step * batch_size : (step + 1) * batch_size])

    def gather(batch: tf.Tensor) -> Any:
        return tf.nest.map_structure(lambda tensor: tf.gather(tensor, batch), tensors)

    options = tf.data.Options()
    # They would serialise the graph, and all arrays with it.
    options.experimental_optimization.apply_default_optimizations = False
    # Its thread sleeps for as long as it has run, up to a minute, and the end of a fit may have to wait for it.
    options.autotune.enabled = False
    dataset = tf.data.Dataset.range(first_epoch, epochs).flat_map(indices)
    return dataset.map(gather).prefetch(_AHEAD).with_options(options)
