"""The DoFn that adds vectors to batches of examples, each distinct picture and text encoded once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import apache_beam as beam
import tensorflow as tf
from apache_beam.metrics import Metrics
from apache_beam.utils.shared import Shared

from components import keys
from components.encoders import build
from components.encoders.encoder import FrozenEncoder
from components.encoders.given_vector import GivenVector
from components.errors import FusegateError
from components.feature_cache.feature_cache import FeatureCache
from components.frozen_features.once_encoder import OnceEncoder

NAMESPACE = "frozen_features"
# So many examples are gathered before they are encoded: texts of like length then share a batch.
BUFFER_EXAMPLES = 1024
BUFFER_BYTES = 64 << 20
FINGERPRINTS = {keys.IMAGE_VECTOR: keys.IMAGE_FINGERPRINT, keys.TEXT_VECTOR: keys.TEXT_FINGERPRINT}


def buffer_cost(record: bytes) -> int:
    """Returns what an example counts against BUFFER_BYTES, so that they hold no more than BUFFER_EXAMPLES."""
    return max(len(record), BUFFER_BYTES // BUFFER_EXAMPLES)


class AddVectors(beam.DoFn):
    """Adds the vectors and the fingerprints of their encoders to batches of serialised examples.

    Args:
        image: Specification of the image encoder.
        text: Specification of the text encoder.
        shared: Beam's handle, through which a worker's threads share one model.
        keep_image: Whether the image bytes stay in the example.
        cache: Location of the feature cache, or None.
    """

    def __init__(
        self,
        image: Mapping[str, Any],
        text: Mapping[str, Any],
        shared: Shared,
        keep_image: bool,
        cache: str | None = None,
    ):
        self._image = image
        self._text = text
        self._shared = shared
        self._keep_image = keep_image
        self._cache = cache

    def setup(self) -> None:
        self._encoders = self._shared.acquire(lambda: Encoders(self._image, self._text, self._cache))

    def process(self, batch: Sequence[bytes]) -> Iterator[bytes]:
        examples = [tf.train.Example.FromString(record) for record in batch]
        _add(examples, keys.IMAGE, keys.IMAGE_VECTOR, self._encoders.image)
        if self._encoders.text is not None:
            _add(examples, keys.TEXT, keys.TEXT_VECTOR, self._encoders.text)
        for name, encoder in self._encoders.by_vector().items():
            for example in examples:
                _mark(example, name, encoder)
        for example in examples:
            if not self._keep_image:
                del example.features.feature[keys.IMAGE]
            yield example.SerializeToString(deterministic=True)


class Encoders:
    """The encoders of both halves, built once in a worker process.

    Args:
        image: Specification of the image encoder.
        text: Specification of the text encoder.
        cache: Location of the feature cache, or None.

    Attributes:
        image: Of the pictures.
        text: Of the texts; None where none is configured, or the data brings the vectors.
    """

    def __init__(self, image: Mapping[str, Any], text: Mapping[str, Any], cache: str | None = None):
        sentence = build.build_text_encoder(text)
        self._sentence = sentence
        self.image = _once(build.build_image_encoder(image), cache)
        self.text = None if sentence is None or isinstance(sentence, GivenVector) else _once(sentence, cache)

    def by_vector(self) -> dict[str, FrozenEncoder]:
        """Return the encoder behind each vector that an example has in the end."""
        encoders = {keys.IMAGE_VECTOR: self.image.encoder}
        return encoders if self._sentence is None else encoders | {keys.TEXT_VECTOR: self._sentence}


def _once(encoder: FrozenEncoder, cache: str | None) -> OnceEncoder:
    if cache is None:
        return OnceEncoder(encoder)
    return OnceEncoder(encoder, FeatureCache(cache, encoder.fingerprint, encoder.name, encoder.width))


def _add(examples: Sequence[tf.train.Example], source: str, vector: str, encoder: OnceEncoder) -> None:
    vectors = encoder([example.features.feature[source].bytes_list.value[0] for example in examples])
    for name, count in encoder.take_counts().items():
        Metrics.counter(NAMESPACE, f"{encoder.encoder.kind}_{name}").inc(count)
    for example, values in zip(examples, vectors, strict=True):
        example.features.feature[vector].float_list.value.extend(values.tolist())


def _mark(example: tf.train.Example, vector: str, encoder: FrozenEncoder) -> None:
    """Write beside a vector which encoder made it; a vector that came with the data must have its width."""
    feature = example.features.feature
    width = len(feature[vector].float_list.value)
    if width != encoder.width:
        raise FusegateError(
            f"{vector} must have {encoder.width} numbers, as {encoder.name} has them. "
            f"Received: {width}. Ingest the span anew with this configuration"
        )
    feature[FINGERPRINTS[vector]].bytes_list.value.append(encoder.fingerprint.encode())
