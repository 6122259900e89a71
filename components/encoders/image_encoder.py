"""Pictures to vectors: decode, resize, the backbone's own preprocessing, the backbone, pooling."""

from __future__ import annotations

import keras
import tensorflow as tf

from components.encoders.encoder import FrozenEncoder
from components.errors import InputError

MODE_NONE = "none"


def _places(maps: tf.Tensor) -> list[int]:
    """The axes between batch and channels: height and width, or the patches of a vision transformer."""
    return list(range(1, maps.shape.rank - 1))


_POOLING = {
    "avg": lambda maps: tf.reduce_mean(maps, _places(maps)),
    "avg_max": lambda maps: tf.concat([tf.reduce_mean(maps, _places(maps)), tf.reduce_max(maps, _places(maps))], -1),
    "flatten": lambda maps: tf.reshape(maps, [tf.shape(maps)[0], -1]),
}


class ImageEncoder(FrozenEncoder):
    """A frozen Keras backbone behind the decoding of JPEG, PNG, BMP and GIF (of which the first frame is read).

    An empty string gives a vector of zeros, so that a record without a picture can stand in a batch. Any other bytes
    that cannot be decoded fail the whole batch with `tf.errors.InvalidArgumentError`, since a graph cannot catch it:
    check pictures before. Orientation tags are not followed, transparency is dropped.

    Args:
        name: The encoder's name in the registry.
        backbone: Takes `(batch, size, size, 3)` float32; gives feature maps or patches, or vectors with pooling
            `flatten`.
        size: The side, in pixels, that pictures are resized to (bilinear, antialiased, the ratio not kept).
        mode: The mode of `keras.applications.imagenet_utils.preprocess_input` (`caffe`, `tf` or `torch`), or `none`
            for a backbone that takes 0 to 255.
        pooling: `avg`, `avg_max` or `flatten`.
        fingerprint: The sha256 that stands for everything the vectors depend on.

    Raises:
        InputError: The backbone's input or output does not fit `size` or `pooling`.
    """

    def __init__(self, name: str, backbone: keras.Model, size: int, mode: str, pooling: str, fingerprint: str):
        maps = _feature_shape(name, backbone, size, pooling)
        width = {"avg": maps[-1], "avg_max": 2 * maps[-1], "flatten": tf.TensorShape(maps[1:]).num_elements()}[pooling]
        super().__init__(name=name, kind="image", width=width, fingerprint=fingerprint)
        backbone.trainable = False
        self.backbone = backbone
        self.size = size
        self.mode = mode
        self.pooling = pooling

    def encode(self, inputs: tf.Tensor) -> tf.Tensor:
        present = tf.strings.length(inputs)[:, tf.newaxis] > 0
        return tf.where(present, super().encode(inputs), 0.0)

    def preprocess(self, inputs: tf.Tensor) -> tf.Tensor:
        """Decodes `(batch,)` picture bytes into `(batch, size, size, 3)` float32 as the backbone takes them."""
        pixels = tf.map_fn(
            self._decode, inputs, fn_output_signature=tf.TensorSpec([self.size, self.size, 3], tf.float32)
        )
        if self.mode == MODE_NONE:
            return pixels
        return keras.applications.imagenet_utils.preprocess_input(pixels, data_format="channels_last", mode=self.mode)

    def fit(self, pixels: tf.Tensor) -> tf.Tensor:
        """Brings a decoded picture, `(height, width, 3)` uint8, to `(size, size, 3)` float32."""
        return tf.image.resize(pixels, [self.size, self.size], antialias=True)

    def forward(self, prepared: tf.Tensor) -> tf.Tensor:
        """Runs `(batch, size, size, 3)` float32 through backbone and pooling."""
        return _POOLING[self.pooling](self.backbone(prepared, training=False))

    def _decode(self, contents: tf.Tensor) -> tf.Tensor:
        def decoded() -> tf.Tensor:
            pixels = tf.io.decode_image(contents, channels=3, expand_animations=False)
            return self.fit(pixels)

        blank = tf.zeros([self.size, self.size, 3])
        return tf.cond(tf.strings.length(contents) > 0, decoded, lambda: blank)


def _feature_shape(name: str, backbone: keras.Model, size: int, pooling: str) -> tuple[int, ...]:
    """The shape of the backbone's output, batch first, once it is known to fit."""
    ends = len(backbone.inputs or ()), len(backbone.outputs or ())
    if ends != (1, 1):
        raise InputError(
            f"{name}: a backbone has one input and one output. "
            f"Received: {ends[0]} and {ends[1]}. Cut the model to its feature maps."
        )
    taken = tuple(backbone.inputs[0].shape[1:])
    if not tf.TensorShape(taken).is_compatible_with([size, size, 3]):
        raise InputError(
            f"{name}: the backbone takes pictures of {taken}, height, width and channels. "
            f"Received: size {size}, so ({size}, {size}, 3). Set size to what the backbone takes."
        )
    maps = tuple(backbone.compute_output_shape((None, size, size, 3)))
    if len(maps) not in (3, 4) and not (len(maps) == 2 and pooling == "flatten"):
        raise InputError(
            f"{name}: the backbone gives feature maps (batch, height, width, channels) or patches, or vectors with "
            f"pooling: flatten. Received: output {maps} with pooling: {pooling}. "
            "Set pooling to flatten, or cut the model at its feature maps."
        )
    return maps
