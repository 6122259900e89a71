"""The SavedModel: raw image bytes and raw text in, the probabilities of all outputs out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from components import keys
from components.encoders.encoder import FrozenEncoder

Tensors = dict[str, tf.Tensor]


class FusedModule(tf.Module):
    """Everything that turns a raw pair into probabilities, with its signatures.

    Args:
        image_encoder: The frozen image encoder.
        text_encoder: The frozen text encoder, if the text has one.
        transform: TFT's layer from raw features to model inputs.
        models: The Keras models `image_only`, `text_only` and `fused`.
        late_weights: Weights of the parts' logits in the late ensemble, in the order of `keys.PARTS`.
        late_bias: Its bias.
    """

    def __init__(
        self,
        image_encoder: FrozenEncoder,
        text_encoder: FrozenEncoder | None,
        transform: Any,
        models: Mapping[str, keras.Model],
        late_weights: Any,
        late_bias: float,
    ):
        super().__init__()
        self.image_encoder = image_encoder
        self.text_encoder = text_encoder
        self.transform = transform
        self.models = dict(models)
        self.late_weights = tf.Variable(late_weights, dtype=tf.float32, trainable=False, name="late_weights")
        self.late_bias = tf.Variable(late_bias, dtype=tf.float32, trainable=False, name="late_bias")
        # One traced function per encoder, shared by all signatures.
        strings = [tf.TensorSpec([None], tf.string)]
        self.encode_image = tf.function(image_encoder, input_signature=strings)
        self.encode_text = tf.function(text_encoder, input_signature=strings) if text_encoder is not None else None

    def probabilities(self, texts: tf.Tensor, image_vectors: tf.Tensor, text_vectors: tf.Tensor | None) -> Tensors:
        """Compute all outputs, each float32 of shape (batch, 1), from texts (batch,) and the frozen vectors."""
        raw = {keys.TEXT: texts[:, None], keys.IMAGE_VECTOR: image_vectors}
        if text_vectors is not None:
            raw[keys.TEXT_VECTOR] = text_vectors
        features = self.transform(raw)
        logits = {
            name: model({key: features[key] for key in model.input}, training=False)
            for name, model in self.models.items()
        }
        parts = tf.concat([logits[part] for part in keys.PARTS], axis=1)
        logits[keys.LATE] = tf.reduce_sum(parts * self.late_weights, axis=1, keepdims=True) + self.late_bias
        return {name: tf.sigmoid(logits[name]) for name in keys.OUTPUTS}

    def serve(self, image: tf.Tensor, text: tf.Tensor) -> Tensors:
        """Answer raw pairs: encoded images and UTF-8 texts, each of shape (batch,)."""
        text_vectors = self.encode_text(text) if self.encode_text is not None else None
        return self.probabilities(text, self.encode_image(image), text_vectors)

    def serve_examples(self, examples: tf.Tensor) -> Tensors:
        """Answer serialised tf.Examples with features `image` and `text`, of shape (batch,)."""
        parsed = tf.io.parse_example(
            examples,
            {key: tf.io.FixedLenFeature([], tf.string, default_value="") for key in (keys.IMAGE, keys.TEXT)},
        )
        return self.serve(parsed[keys.IMAGE], parsed[keys.TEXT])

    def evaluate(self, examples: tf.Tensor) -> Tensors:
        """Answer examples of FrozenFeatures; their vectors are used only where this model's own encoder made them.

        A live model meets the candidate's examples here: where the encoders differ, it encodes the raw halves itself.
        """
        spec: dict[str, Any] = {
            keys.IMAGE: tf.io.FixedLenFeature([], tf.string, default_value=""),
            keys.TEXT: tf.io.FixedLenFeature([], tf.string, default_value=""),
        }
        for vector, fingerprint in (
            (keys.IMAGE_VECTOR, keys.IMAGE_FINGERPRINT),
            (keys.TEXT_VECTOR, keys.TEXT_FINGERPRINT),
        ):
            spec[vector] = tf.io.RaggedFeature(tf.float32)
            spec[fingerprint] = tf.io.FixedLenFeature([], tf.string, default_value="")
        parsed = tf.io.parse_example(examples, spec)
        image_vectors = _own_or_given(
            self.image_encoder, self.encode_image, parsed, keys.IMAGE, keys.IMAGE_VECTOR, keys.IMAGE_FINGERPRINT
        )
        text_vectors = None
        if self.text_encoder is not None:
            text_vectors = _own_or_given(
                self.text_encoder, self.encode_text, parsed, keys.TEXT, keys.TEXT_VECTOR, keys.TEXT_FINGERPRINT
            )
        return self.probabilities(parsed[keys.TEXT], image_vectors, text_vectors)


def _own_or_given(
    encoder: FrozenEncoder, encode: Any, parsed: Mapping[str, Any], source: str, vector: str, fingerprint: str
) -> tf.Tensor:
    vectors = tf.cond(
        tf.reduce_all(tf.equal(parsed[fingerprint], encoder.fingerprint)),
        lambda: tf.reshape(parsed[vector].values, [-1, encoder.width]),
        lambda: encode(parsed[source]),
    )
    return tf.ensure_shape(vectors, [None, encoder.width])


def export(module: FusedModule, path: str) -> None:
    """Save a module with the signatures `serving_default`, `serving_examples` and `evaluation`.

    Args:
        module: What is saved.
        path: The SavedModel's folder.
    """
    strings = tf.TensorSpec([None], tf.string)
    signatures = {
        keys.SIGNATURE_SERVING: tf.function(module.serve).get_concrete_function(
            image=tf.TensorSpec([None], tf.string, name=keys.IMAGE),
            text=tf.TensorSpec([None], tf.string, name=keys.TEXT),
        ),
        keys.SIGNATURE_EXAMPLES: tf.function(module.serve_examples).get_concrete_function(strings),
        keys.SIGNATURE_EVALUATION: tf.function(module.evaluate).get_concrete_function(strings),
    }
    tf.saved_model.save(module, path, signatures=signatures)
