"""The DoFn that adds vectors to batches of examples, each distinct picture and text encoded once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow as tf
from apache_beam.metrics import Metrics
from apache_beam.utils.shared import Shared

from components import keys
from components.encoders import build
from components.encoders.encoder import FrozenEncoder

NAMESPACE = "frozen_features"
_REMEMBERED_BYTES = 512 << 20


class OnceEncoder:
    """An encoder that remembers what it has encoded, within a bound of memory.

    Args:
        encoder: The frozen encoder.
        remembered_bytes: The least recently used vectors are forgotten above this.
    """

    def __init__(self, encoder: FrozenEncoder, remembered_bytes: int = _REMEMBERED_BYTES):
        self.encoder = encoder
        self.forwards = 0
        self._most = max(1, remembered_bytes // (4 * encoder.width))
        self._vectors: OrderedDict[bytes, np.ndarray] = OrderedDict()
        self._call = tf.function(encoder, input_signature=[tf.TensorSpec([None], tf.string)])

    def __call__(self, contents: Sequence[bytes]) -> list[np.ndarray]:
        """Encode a batch.

        Args:
            contents: Pictures (encoded bytes) or texts (UTF-8).

        Returns:
            One float32 vector of shape (width,) each.
        """
        digests = [hashlib.sha256(content).digest() for content in contents]
        new = {d: c for d, c in zip(digests, contents, strict=True) if d not in self._vectors}
        if new:
            vectors = self._call(tf.constant(list(new.values()), tf.string)).numpy()
            self.forwards += len(new)
            self._vectors.update(zip(new, vectors, strict=True))
        found = []
        for digest in digests:
            self._vectors.move_to_end(digest)
            found.append(self._vectors[digest])
        while len(self._vectors) > self._most:
            self._vectors.popitem(last=False)
        return found


class AddVectors(beam.DoFn):
    """Adds the vectors and the fingerprints of their encoders to batches of serialised examples.

    Args:
        image: Specification of the image encoder.
        text: Specification of the text encoder.
        shared: Beam's handle, through which a worker's threads share one model.
        keep_image: Whether the image bytes stay in the example.
    """

    def __init__(self, image: Mapping[str, Any], text: Mapping[str, Any], shared: Shared, keep_image: bool):
        self._image = image
        self._text = text
        self._shared = shared
        self._keep_image = keep_image
        self._pictures = Metrics.counter(NAMESPACE, "image_forwards")
        self._sentences = Metrics.counter(NAMESPACE, "text_forwards")

    def setup(self) -> None:
        self._encoders = self._shared.acquire(lambda: Encoders(self._image, self._text))

    def process(self, batch: Sequence[bytes]) -> Iterator[bytes]:
        examples = [tf.train.Example.FromString(record) for record in batch]
        self._add(examples, keys.IMAGE, keys.IMAGE_VECTOR, keys.IMAGE_FINGERPRINT, self._encoders.image, self._pictures)
        if self._encoders.text is not None:
            self._add(
                examples, keys.TEXT, keys.TEXT_VECTOR, keys.TEXT_FINGERPRINT, self._encoders.text, self._sentences
            )
        for example in examples:
            if not self._keep_image:
                del example.features.feature[keys.IMAGE]
            yield example.SerializeToString(deterministic=True)

    def _add(
        self,
        examples: Sequence[tf.train.Example],
        source: str,
        vector: str,
        fingerprint: str,
        encoder: OnceEncoder,
        counter: Any,
    ) -> None:
        before = encoder.forwards
        vectors = encoder([example.features.feature[source].bytes_list.value[0] for example in examples])
        counter.inc(encoder.forwards - before)
        for example, values in zip(examples, vectors, strict=True):
            feature = example.features.feature
            feature[vector].float_list.value.extend(values)
            feature[fingerprint].bytes_list.value.append(encoder.encoder.fingerprint.encode())


class Encoders:
    """The encoders of both halves, built once in a worker process."""

    def __init__(self, image: Mapping[str, Any], text: Mapping[str, Any]):
        sentence = build.build_text_encoder(text)
        self.image = OnceEncoder(build.build_image_encoder(image))
        self.text = OnceEncoder(sentence) if sentence is not None else None
