"""Pictures to vectors: decode, resize, the backbone's own preprocessing, the backbone, pooling."""

from __future__ import annotations

import keras
import tensorflow as tf

from components.encoders.decode_picture import decode_picture
from components.encoders.encoder import FrozenEncoder
from components.encoders.registry import BFLOAT16, FLOAT32
from components.errors import InputError
from components.pairs.limits import PairLimits

MODE_NONE = "none"
_POLICIES = {FLOAT32: "float32", BFLOAT16: "mixed_bfloat16"}
# How far bfloat16 vectors may lie from the float32 ones in the mean, as a share of their length: a cosine of .995. At
# .04 (EfficientNet-Lite0) no AUC moved.
_MOST_APART = 0.1
# So many pictures are decoded at a time, which bounds the memory.
_AT_ONCE = 4


def _places(maps: tf.Tensor) -> list[int]:
    """The axes between batch and channels: height and width, or the patches of a vision transformer."""
    return list(range(1, maps.shape.rank - 1))


_POOLING = {
    "avg": lambda maps: tf.reduce_mean(maps, _places(maps)),
    "avg_max": lambda maps: tf.concat([tf.reduce_mean(maps, _places(maps)), tf.reduce_max(maps, _places(maps))], -1),
    "flatten": lambda maps: tf.reshape(maps, [tf.shape(maps)[0], -1]),
}


class ImageEncoder(FrozenEncoder):
    """A frozen Keras backbone behind the decoding of JPEG and PNG, the formats that packing makes of all others.

    An empty string gives a vector of zeros, so that a record without a picture can stand in a batch. Where the encoder
    is called, any other bytes that cannot be decoded fail the whole batch with `tf.errors.InvalidArgumentError`: such
    data was not packed. `see` is for strangers' bytes: it tells which pictures it could read.

    Args:
        name: The encoder's name in the registry.
        backbone: Takes `(batch, size, size, 3)` float32; gives feature maps or patches, or vectors with pooling
            `flatten`.
        size: The side, in pixels, that pictures are resized to (bilinear, antialiased, the ratio not kept).
        mode: The mode of `keras.applications.imagenet_utils.preprocess_input` (`caffe`, `tf` or `torch`), or `none`
            for a backbone that takes 0 to 255.
        pooling: `avg`, `avg_max` or `flatten`.
        fingerprint: The sha256 that stands for everything the vectors depend on.

    Attributes:
        dtype: What the backbone computes in; its weights and the vectors are float32.

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
        self.dtype = FLOAT32

    def compute_in(self, dtype: str) -> None:
        """Sets what the backbone computes in, `float32` or `bfloat16`; what was traced before stays as it is."""
        self.dtype = dtype
        # Keras has no public way to all layers, those within layers included.
        for layer in self.backbone._flatten_layers():
            layer.dtype_policy = _POLICIES[dtype]

    def prove(self, inputs: tf.Tensor) -> None:
        """Compares bfloat16 vectors of some pictures with the float32 ones; it must come before the first trace.

        Raises:
            InputError: In the mean they lie further apart than a tenth of their length.
        """
        if self.dtype == FLOAT32:
            return
        dtype, pixels = self.dtype, self.preprocess(inputs)
        vectors = self.forward(pixels)
        self.compute_in(FLOAT32)
        exact = self.forward(pixels)
        self.compute_in(dtype)
        apart = float(tf.reduce_mean(tf.math.divide_no_nan(tf.norm(vectors - exact, axis=-1), tf.norm(exact, axis=-1))))
        if not apart <= _MOST_APART:
            raise InputError(
                f"{self.name}: vectors in {dtype} must lie within {_MOST_APART:g} of their length of those in float32. "
                f"Received: {apart:.2g} in the mean of {len(inputs)} pictures. Set dtype to float32."
            )

    def encode(self, inputs: tf.Tensor) -> tf.Tensor:
        vectors, seen = self.see(inputs)
        unseen = tf.where(~seen & (tf.strings.length(inputs) > 0))[:, 0]
        readable = tf.debugging.Assert(
            tf.equal(tf.size(unseen), 0), ["every picture must be a whole JPEG or PNG; received others at", unseen]
        )
        with tf.control_dependencies([readable]):
            return tf.identity(vectors)

    def see(self, inputs: tf.Tensor, limits: PairLimits | None = None) -> tuple[tf.Tensor, tf.Tensor]:
        """Encodes what can be decoded, a picture that comes several times once.

        Args:
            inputs: `(batch,)` picture bytes.
            limits: Bounds of a picture, checked before it is decoded; None where that was done before.

        Returns:
            `(batch, width)` float32, zeros where there is no picture; and `(batch,)` bool: whether there is one.
        """
        distinct, of = tf.unique(inputs)
        places, pixels = self._decode(distinct, limits)
        count = tf.size(distinct, tf.int64)
        seen = _put(tf.ones_like(places), places, count) > 0
        vectors = _put(self.forward(self._scale(pixels)), places, count)
        return tf.ensure_shape(tf.gather(vectors, of), [None, self.width]), tf.gather(seen, of)

    def preprocess(self, inputs: tf.Tensor) -> tf.Tensor:
        """Decodes `(batch,)` picture bytes into `(batch, size, size, 3)` float32 as the backbone takes them."""
        places, pixels = self._decode(inputs, None)
        return self._scale(_put(pixels, places, tf.size(inputs, tf.int64)))

    def fit(self, pixels: tf.Tensor) -> tf.Tensor:
        """Brings a decoded picture, `(height, width, 3)` uint8, to `(size, size, 3)` float32."""
        return tf.image.resize(pixels, [self.size, self.size], antialias=True)

    def forward(self, prepared: tf.Tensor) -> tf.Tensor:
        """Runs `(batch, size, size, 3)` float32 through backbone and pooling."""
        return _POOLING[self.pooling](tf.cast(self.backbone(prepared, training=False), tf.float32))

    def _scale(self, pixels: tf.Tensor) -> tf.Tensor:
        if self.mode == MODE_NONE:
            return pixels
        return keras.applications.imagenet_utils.preprocess_input(pixels, data_format="channels_last", mode=self.mode)

    def _decode(self, inputs: tf.Tensor, limits: PairLimits | None) -> tuple[tf.Tensor, tf.Tensor]:
        """Decodes what can be decoded of a batch.

        A graph cannot catch an error, except where a dataset passes over the elements that fail: so the batch is made
        one.

        Returns:
            Places in the batch, `(readable,)` int64, and their pixels, `(readable, size, size, 3)` float32. Where none
            can be decoded, one blank picture at the place behind the last: not every backbone takes an empty batch.
        """
        count = tf.size(inputs, tf.int64)
        blank = tf.zeros([self.size, self.size, 3])
        readable = (
            tf.data.Dataset.from_tensor_slices(inputs)
            .enumerate()
            .map(lambda place, one: (place, self.fit(decode_picture(one, limits))), num_parallel_calls=_AT_ONCE)
            .ignore_errors()
            .concatenate(tf.data.Dataset.from_tensors((count, blank)))
            .batch(count + 1)
        )
        places, pixels = readable.get_single_element()
        kept = tf.maximum(tf.size(places) - 1, 1)
        return places[:kept], tf.ensure_shape(pixels[:kept], [None, *blank.shape])


def _put(rows: tf.Tensor, places: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """Puts rows to their places among `count` of them, zeros elsewhere; what belongs behind the last is left out."""
    shape = tf.concat([[count + 1], tf.shape(rows, tf.int64)[1:]], 0)
    return tf.scatter_nd(places[:, tf.newaxis], rows, shape)[:-1]


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
