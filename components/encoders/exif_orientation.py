"""EXIF orientation of a JPEG, read and followed in a TensorFlow graph."""

from __future__ import annotations

import tensorflow as tf

UPRIGHT = 1
_TURNS = 8
_ORIENTATION_TAG = 0x0112
_ENTRY_BYTES = 12
_MOST_ENTRIES = 256
_MOST_SEGMENTS = 64
_APP1, _START_OF_SCAN = 0xE1, 0xDA
_EXIF = tuple(b"Exif\0\0")
_SEARCHED_BYTES = 1 << 18
_LITTLE_ENDIAN = ord("I")


def exif_orientation(raw: tf.Tensor) -> tf.Tensor:
    """Return the orientation that a JPEG's EXIF block states.

    Args:
        raw: The file's bytes, uint8 of shape (length,).

    Returns:
        int32 scalar from 1 to 8; 1, upright, where none is stated or the block cannot be read.

    Reference:
        CIPA DC-008 (Exif 2.32), sections 4.5.4 and 4.7.
    """
    upright = tf.constant(UPRIGHT, tf.int32)
    return tf.cond(_may_hold_exif(raw), lambda: _walked_to(raw), lambda: upright)


def turn_upright(pixels: tf.Tensor, orientation: tf.Tensor) -> tf.Tensor:
    """Turn and mirror a picture, (height, width, channels), so that its orientation becomes 1."""

    def turned(number: int) -> tf.Tensor:
        made = tf.transpose(pixels, [1, 0, 2]) if number >= 5 else pixels
        axes = {2: [1], 3: [0, 1], 4: [0], 6: [1], 7: [0, 1], 8: [0]}.get(number)
        return tf.reverse(made, axes) if axes else made

    return tf.switch_case(orientation - 1, [lambda number=n: turned(number) for n in range(1, _TURNS + 1)])


def _may_hold_exif(raw: tf.Tensor) -> tf.Tensor:
    """Tell whether a block may be there: to look for its first letters everywhere takes a tenth of walking to it."""
    count = tf.maximum(tf.size(raw) - len(_EXIF) + 1, 0)

    def named() -> tf.Tensor:
        e, x, i, f = (raw[place : place + count] == letter for place, letter in enumerate(_EXIF[:4]))
        return tf.reduce_any(e & x & i & f)

    # In a large file the walk is the shorter way.
    return tf.cond(tf.size(raw) > _SEARCHED_BYTES, lambda: tf.constant(True), named)


def _walked_to(raw: tf.Tensor) -> tf.Tensor:
    at = _find_exif(raw)
    return tf.cond(at > 0, lambda: _orientation_at(raw, at), lambda: tf.constant(UPRIGHT, tf.int32))


def _find_exif(raw: tf.Tensor) -> tf.Tensor:
    """Walk the segments before the first scan; return where the TIFF block begins, or 0."""

    def goes_on(at: tf.Tensor, found: tf.Tensor) -> tf.Tensor:
        inside = at + 10 < tf.size(raw, tf.int64)
        return inside & (found == 0) & (_byte(raw, at) == 0xFF) & (_byte(raw, at + 1) != _START_OF_SCAN)

    def step(at: tf.Tensor, found: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        is_exif = (_byte(raw, at + 1) == _APP1) & tf.reduce_all(
            _byte(raw, at + 4 + tf.range(6, dtype=tf.int64)) == _EXIF
        )
        return at + 2 + _number(raw, at + 2, 2, tf.constant(False)), tf.where(is_exif, at + 10, found)

    start = tf.constant(2, tf.int64), tf.constant(0, tf.int64)
    return tf.while_loop(goes_on, step, start, maximum_iterations=_MOST_SEGMENTS)[1]


def _orientation_at(raw: tf.Tensor, at: tf.Tensor) -> tf.Tensor:
    little = _byte(raw, at) == _LITTLE_ENDIAN
    directory = at + _number(raw, at + 4, 4, little)
    count = tf.minimum(_number(raw, directory, 2, little), _MOST_ENTRIES)
    entries = directory + 2 + _ENTRY_BYTES * tf.range(count)
    tags = _number(raw, entries, 2, little)
    values = tf.boolean_mask(_number(raw, entries + 8, 2, little), tags == _ORIENTATION_TAG)
    stated = tf.cast(tf.concat([values, [UPRIGHT]], 0)[0], tf.int32)
    return tf.where((stated >= UPRIGHT) & (stated <= _TURNS), stated, UPRIGHT)


def _byte(raw: tf.Tensor, at: tf.Tensor) -> tf.Tensor:
    """Return bytes as int64; places behind the end give the last one, so that no lie in a header is an error."""
    return tf.cast(tf.gather(raw, tf.clip_by_value(at, 0, tf.size(raw, tf.int64) - 1)), tf.int64)


def _number(raw: tf.Tensor, at: tf.Tensor, size: int, little: tf.Tensor) -> tf.Tensor:
    """Return the unsigned numbers of `size` bytes at some places, in either byte order."""
    parts = _byte(raw, at[..., tf.newaxis] + tf.range(size, dtype=tf.int64))
    powers = tf.constant([256**place for place in range(size)], tf.int64)
    return tf.reduce_sum(parts * tf.where(little, powers, powers[::-1]), axis=-1)
