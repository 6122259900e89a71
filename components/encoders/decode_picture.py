"""Decode one picture in a TensorFlow graph as packing decodes it, within bounds that are checked before decoding."""

from __future__ import annotations

import tensorflow as tf

from components.encoders.exif_orientation import exif_orientation, turn_upright
from components.pairs.limits import PairLimits

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
# Width and height in a PNG's first chunk, both big-endian, then bits and kind of color.
_PNG_SIZE_AT, _PNG_SIZE_BYTES = 16, 8
_PNG_KIND_AT, _GREY = 24, 0
_PNG_HEADER_BYTES = 33
_START_OF_SCAN = (0xFF, 0xDA)
_OPAQUE = 255


def decode_picture(contents: tf.Tensor, limits: PairLimits | None) -> tf.Tensor:
    """Decode a JPEG or PNG to upright RGB.

    What `components.pairs.normalise_image` does with Pillow is done here too: EXIF orientation is followed, and a
    transparent PNG is laid over white.

    Args:
        contents: A scalar string.
        limits: Bounds that are checked before anything is decoded; None where the pictures were checked before.

    Returns:
        uint8 of shape (height, width, 3).

    Raises:
        tf.errors.InvalidArgumentError: At run time: another format, beyond the limits, or damaged.
    """
    checks = []
    if limits is not None:
        checks.append(_at_most(tf.strings.length(contents), limits.max_image_bytes, "bytes"))
    is_png = tf.equal(tf.strings.substr(contents, 0, len(_PNG)), _PNG)
    is_jpeg = tf.equal(tf.strings.substr(contents, 0, len(_JPEG)), _JPEG)
    checks.append(tf.debugging.Assert(is_png | is_jpeg, ["a picture must be a JPEG or a PNG"]))
    with tf.control_dependencies(checks):
        contents = tf.identity(contents)
    pixels = tf.cond(is_png, lambda: _decode_png(contents, limits), lambda: _decode_jpeg(contents, limits))
    return tf.ensure_shape(pixels, [None, None, 3])


def _decode_png(contents: tf.Tensor, limits: PairLimits | None) -> tf.Tensor:
    whole = tf.debugging.Assert(tf.strings.length(contents) >= _PNG_HEADER_BYTES, ["a PNG must have its header"])
    with tf.control_dependencies([whole]):
        contents = tf.identity(contents)
    checks = []
    if limits is not None:
        size = tf.cast(tf.io.decode_raw(tf.strings.substr(contents, _PNG_SIZE_AT, _PNG_SIZE_BYTES), tf.uint8), tf.int64)
        sides = tf.tensordot(tf.reshape(size, [2, 4]), tf.constant([1 << 24, 1 << 16, 1 << 8, 1], tf.int64), 1)
        checks.append(_at_most(tf.reduce_prod(sides), limits.max_pixels, "pixels"))
    with tf.control_dependencies(checks):
        layer = _mend_alpha(tf.io.decode_png(contents, channels=4), contents)
    plain = layer[..., :3]
    return tf.cond(
        tf.reduce_all(tf.equal(layer[..., 3], _OPAQUE)),
        lambda: plain,
        # Row by row: whole pictures of wider numbers would take four times the memory.
        lambda: tf.map_fn(_over_white, layer, fn_output_signature=tf.TensorSpec([None, 3], tf.uint8)),
    )


def _mend_alpha(layer: tf.Tensor, contents: tf.Tensor) -> tf.Tensor:
    """Make what is opaque 255: for grey of 1, 2 or 4 bits TensorFlow writes 1, 3 or 15."""
    kind = tf.io.decode_raw(tf.strings.substr(contents, _PNG_KIND_AT, 2), tf.uint8)
    opaque = tf.where(layer[..., 3:] > 0, tf.constant(_OPAQUE, tf.uint8), tf.constant(0, tf.uint8))
    return tf.cond((kind[0] < 8) & (kind[1] == _GREY), lambda: tf.concat([layer[..., :3], opaque], -1), lambda: layer)


def _over_white(row: tf.Tensor) -> tf.Tensor:
    """Lay a row of RGBA over white, rounded as Pillow's `alpha_composite` rounds."""
    values = tf.cast(row, tf.int32)
    color, alpha = values[:, :3], values[:, 3:]
    total = (color * alpha + _OPAQUE * (_OPAQUE - alpha)) * 128 + (128 << 7)
    return tf.cast(tf.bitwise.right_shift(tf.bitwise.right_shift(total, 8) + total, 15), tf.uint8)


def _decode_jpeg(contents: tf.Tensor, limits: PairLimits | None) -> tf.Tensor:
    raw = tf.io.decode_raw(contents, tf.uint8)
    checks = []
    if limits is not None:
        sides = tf.cast(tf.image.extract_jpeg_shape(contents)[:2], tf.int64)
        checks.append(_at_most(tf.reduce_prod(sides), limits.max_pixels, "pixels"))
        scans = tf.math.count_nonzero((raw[:-1] == _START_OF_SCAN[0]) & (raw[1:] == _START_OF_SCAN[1]))
        checks.append(_at_most(scans, limits.max_jpeg_scans, "scans"))
    with tf.control_dependencies(checks):
        pixels = tf.io.decode_jpeg(contents, channels=3)
    return turn_upright(pixels, exif_orientation(raw))


def _at_most(value: tf.Tensor, most: int, what: str) -> tf.Operation:
    return tf.debugging.Assert(value <= most, [f"a picture has at most {most} {what}; received", value])
