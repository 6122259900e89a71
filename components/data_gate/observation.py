"""What the drift rules see of one example: figures, never the picture or the text as a whole."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import tensorflow as tf
from PIL import Image, ImageStat

from components import keys

_WORD = re.compile(r"\w+")
_MOST_WORDS = 200
_LONGEST_WORD = 40
# Brightness needs no more of a picture; a JPEG is decoded at an eighth of its size or less.
_GLANCE = (64, 64)


@dataclass(frozen=True)
class Observation:
    """Figures of one example.

    Attributes:
        id: Its id.
        group: Its group: pairs that share a picture or a text.
        label: 0 or 1.
        picture: Digest of the picture.
        width: In pixels.
        height: In pixels.
        brightness: Mean of the picture's grey, 0 to 255.
        text_length: Characters of the text.
        words: Its distinct words, folded, at most 200.
    """

    id: str
    group: str
    label: int
    picture: str
    width: int
    height: int
    brightness: float
    text_length: int
    words: tuple[str, ...]


def observe(example: tf.train.Example) -> Observation:
    """Look at one example, as PairedExampleGen emits it.

    Args:
        example: With one value each of id, image, text, label and group.
    """
    feature = example.features.feature
    data = feature[keys.IMAGE].bytes_list.value[0]
    text = feature[keys.TEXT].bytes_list.value[0].decode()
    with Image.open(BytesIO(data)) as image:
        width, height = image.size
        image.draft("L", _GLANCE)
        image.thumbnail(_GLANCE)
        brightness = ImageStat.Stat(image.convert("L")).mean[0]
    return Observation(
        id=feature[keys.ID].bytes_list.value[0].decode(),
        group=feature[keys.GROUP].bytes_list.value[0].decode(),
        label=feature[keys.LABEL].int64_list.value[0],
        picture=hashlib.sha256(data).hexdigest()[:16],
        width=width,
        height=height,
        brightness=round(brightness, 2),
        text_length=len(text),
        words=words_of(text),
    )


def words_of(text: str) -> tuple[str, ...]:
    """Return the distinct words of a text, folded, in their order.

    Example:
        >>> words_of("One does NOT simply, does one")
        ('one', 'does', 'not', 'simply')
    """
    words = (word[:_LONGEST_WORD] for word in _WORD.findall(text.casefold()))
    return tuple(dict.fromkeys(words))[:_MOST_WORDS]


def read_sample(path: str, share: float) -> Iterator[tf.train.Example]:
    """Read the examples of one file whose ids fall into a share: the same ones in every run, whatever their order.

    Args:
        path: A gzipped TFRecord file.
        share: How much is wanted, 0 to 1.
    """
    for record in tf.data.TFRecordDataset(path, "GZIP").as_numpy_iterator():
        example = tf.train.Example.FromString(record)
        digest = hashlib.sha256(example.features.feature[keys.ID].bytes_list.value[0]).digest()
        if int.from_bytes(digest[:8], "big") < share * 2**64:
            yield example
