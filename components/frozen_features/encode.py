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
        self._add(examples, keys.IMAGE, keys.IMAGE_VECTOR, self._encoders.image, self._pictures)
        if self._encoders.text is not None:
            self._add(examples, keys.TEXT, keys.TEXT_VECTOR, self._encoders.text, self._sentences)
        for name, encoder in self._encoders.by_vector().items():
            for example in examples:
                _mark(example, name, encoder)
        for example in examples:
            if not self._keep_image:
                del example.features.feature[keys.IMAGE]
            yield example.SerializeToString(deterministic=True)

    def _add(
        self, examples: Sequence[tf.train.Example], source: str, vector: str, encoder: OnceEncoder, counter: Any
    ) -> None:
        before = encoder.forwards
        vectors = encoder([example.features.feature[source].bytes_list.value[0] for example in examples])
        counter.inc(encoder.forwards - before)
        for example, values in zip(examples, vectors, strict=True):
            example.features.feature[vector].float_list.value.extend(values)


class Encoders:
    """The encoders of both halves, built once in a worker process.

    Attributes:
        image: Of the pictures.
        text: Of the texts; None where none is configured, or the data brings the vectors.
    """

    def __init__(self, image: Mapping[str, Any], text: Mapping[str, Any]):
        sentence = build.build_text_encoder(text)
        self._sentence = sentence
        self.image = OnceEncoder(build.build_image_encoder(image))
        self.text = None if sentence is None or isinstance(sentence, GivenVector) else OnceEncoder(sentence)

    def by_vector(self) -> dict[str, FrozenEncoder]:
        """Return the encoder behind each vector that an example has in the end."""
        encoders = {keys.IMAGE_VECTOR: self.image.encoder}
        return encoders if self._sentence is None else encoders | {keys.TEXT_VECTOR: self._sentence}


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
