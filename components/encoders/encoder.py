"""What every frozen encoder is: a function from strings to vectors that TensorFlow can trace and export."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


class FrozenEncoder(tf.Module):
    """A function from a batch of strings (picture bytes or texts) to vectors, the same in batch use and in serving.

    Its parts are `preprocess` (strings to the backbone's input) and `forward` (that input to vectors). It is
    deterministic, takes a batch of one or more, and can be saved as part of a module with `tf.saved_model.save`.

    Args:
        name: The encoder's name in the registry.
        kind: `image` or `text`.
        width: The length of a vector.
        fingerprint: The sha256 that stands for everything the vectors depend on.

    Attributes:
        trains: Whether training may change the backbone; an encoder whose vectors are cached must not train.

    Example:
        >>> encoder = build_image_encoder({"encoder": "efficientnet_lite0", "weights": "package"})
        >>> encoder(tf.constant([jpeg_bytes])).shape
        TensorShape([1, 1280])
    """

    trains: bool = False

    def __init__(self, name: str, kind: str, width: int, fingerprint: str):
        super().__init__(name=name)
        self.kind = kind
        self.width = width
        self.fingerprint = fingerprint

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
    def __call__(self, inputs: tf.Tensor) -> tf.Tensor:
        """Encodes a batch: `(batch,)` strings to `(batch, width)` float32.

        It is traced without autograph: what depends on a tensor branches with `tf.cond`, not with `if`.
        """
        return tf.ensure_shape(self.encode(inputs), [None, self.width])

    def prove(self, inputs: tf.Tensor) -> None:
        """Looks, before anything is encoded, whether the vectors of these `(some,)` strings can be relied on.

        Raises:
            InputError: They cannot, and which setting mends it.
        """

    def encode(self, inputs: tf.Tensor) -> tf.Tensor:
        """What `__call__` traces: `(batch,)` strings to `(batch, width)` float32."""
        return self.forward(self.preprocess(inputs))

    def preprocess(self, inputs: tf.Tensor) -> Any:
        """Turns `(batch,)` strings into the backbone's input, a tensor or a mapping of tensors."""
        raise NotImplementedError

    def forward(self, prepared: Any) -> tf.Tensor:
        """Turns the backbone's input into `(batch, width)` float32."""
        raise NotImplementedError
