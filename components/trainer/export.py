"""The SavedModel: raw image bytes and raw text in, the probabilities of all outputs out."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from components import keys
from components.encoders.encoder import FrozenEncoder
from components.encoders.given_vector import GivenVector
from components.encoders.image_encoder import ImageEncoder
from components.pairs.limits import PairLimits
from components.trainer.calibration import Calibration
from components.trainer.dataset import TERMS

_DEFAULT_LIMITS = PairLimits()

Tensors = dict[str, tf.Tensor]


class FusedModule(tf.Module):
    """Everything that turns a raw pair into probabilities, with its signatures.

    A pair may lack a half: no text, or no image bytes that can be read within the limits. Then `fused` and `late`
    answer with the model of the half that is there, and where both are missing all outputs are the base rate.

    Which output is served as `probability` stands in the variable `served`, as its place in `keys.OUTPUTS`, so that a
    simpler variant can be made of the same export; see `components.variant.with_variant`.

    Args:
        image_encoder: The frozen image encoder.
        text_encoder: The frozen text encoder, if the text has one; a `GivenVector` where the request brings its vector.
        transform: From raw features to what `model` reads, as `TransformGraph` does it.
        model: From these to the logits of every output; see `components.trainer.assemble`.
        sizes: Columns of its sparse inputs.
        calibrations: By output.
        base_rate: Logit of the share of positives.
        thresholds: By output, the probability from which the decision is 1.
        limits: What a picture of a request may be at most.
    """

    def __init__(
        self,
        image_encoder: ImageEncoder,
        text_encoder: FrozenEncoder | None,
        transform: Any,
        model: keras.Model,
        sizes: Mapping[str, int],
        calibrations: Mapping[str, Calibration],
        base_rate: float,
        thresholds: Mapping[str, float],
        limits: PairLimits = _DEFAULT_LIMITS,
    ):
        super().__init__()
        self.image_encoder = image_encoder
        given = isinstance(text_encoder, GivenVector)
        self.text_encoder = None if given else text_encoder
        self.given = text_encoder if given else None
        self.transform = transform
        self.model = model
        self.sizes = dict(sizes)
        scales = [1 / calibrations[name].temperature for name in keys.OUTPUTS]
        self.scales = _constant(scales, "calibration_scales")
        self.biases = _constant([calibrations[name].bias for name in keys.OUTPUTS], "calibration_biases")
        self.base_rate = _constant(base_rate, "base_rate")
        self.thresholds = _constant([thresholds[name] for name in keys.OUTPUTS], "thresholds")
        self.served = tf.Variable(keys.OUTPUTS.index(keys.FUSED), dtype=tf.int64, trainable=False, name="served")
        # One traced function per encoder, shared by all signatures.
        strings = [tf.TensorSpec([None], tf.string)]
        once = functools.partial(tf.function, input_signature=strings, autograph=False)
        self.encode_image = once(image_encoder)
        self.see_image = once(lambda pictures: image_encoder.see(pictures, limits))
        self.encode_text = None if self.text_encoder is None else once(self.text_encoder)
        # Traced once as well: the signatures ask it five times.
        self.answer = tf.function(self._answer, autograph=False)

    def probabilities(
        self, texts: tf.Tensor, has_image: tf.Tensor, image_vectors: tf.Tensor, text_vectors: tf.Tensor | None
    ) -> Tensors:
        """Compute all outputs.

        Args:
            texts: Strings, (batch,).
            has_image: Bool, (batch,).
            image_vectors: float32, (batch, width).
            text_vectors: The same, or None.

        Returns:
            By output, float32 of shape (batch, 1).
        """
        return self.answer(texts, has_image, image_vectors, text_vectors)[0]

    def _answer(
        self, texts: tf.Tensor, has_image: tf.Tensor, image_vectors: tf.Tensor, text_vectors: tf.Tensor | None
    ) -> tuple[Tensors, tf.Tensor]:
        """Compute all outputs, and which pairs have a text: bool of shape (batch, 1)."""
        raw = {keys.TEXT: texts[:, None], keys.IMAGE_VECTOR: image_vectors}
        if text_vectors is not None:
            raw[keys.TEXT_VECTOR] = text_vectors
        features = self.transform(raw)
        has_text = features[keys.HAS_TEXT] > 0
        if self.given is not None:
            has_text |= tf.reduce_any(text_vectors != 0, axis=1, keepdims=True)
        logits = self.model(self._model_inputs(features), training=False)
        calibrated = {
            name: logits[name] * self.scales[place] + self.biases[place] for place, name in enumerate(keys.OUTPUTS)
        }
        routed = self._route(calibrated, has_image[:, None], has_text)
        return {name: tf.sigmoid(logit) for name, logit in routed.items()}, has_text

    def _model_inputs(self, features: Mapping[str, Any]) -> dict[str, Any]:
        inputs = {}
        for name in self.model.input:
            if name in TERMS:
                ids, weights = (features[key] for key in TERMS[name])
                places = tf.stack([ids.indices[:, 0], ids.values], axis=1)
                shape = tf.stack([ids.dense_shape[0], self.sizes[name]])
                inputs[name] = tf.SparseTensor(places, weights.values, shape)
            else:
                inputs[name] = features[name]
        return inputs

    def _route(self, logits: Tensors, has_image: tf.Tensor, has_text: tf.Tensor) -> Tensors:
        """Answer a pair that lacks a half with the part that was made for the other."""
        image = tf.where(has_image, logits[keys.IMAGE_ONLY], self.base_rate)
        text = tf.where(has_text, logits[keys.TEXT_ONLY], self.base_rate)
        alone = tf.where(has_image, image, text)
        routed = {keys.IMAGE_ONLY: image, keys.TEXT_ONLY: text}
        for name in (keys.FUSED, keys.LATE):
            routed[name] = tf.where(has_image & has_text, logits[name], alone)
        return routed

    def serve(self, image: tf.Tensor, text: tf.Tensor, text_vector: tf.Tensor | None = None) -> Tensors:
        """Answer raw pairs: encoded images and UTF-8 texts, each of shape (batch,)."""
        vectors = self.encode_text(text) if self.encode_text is not None else text_vector
        image_vectors, seen = self.see_image(image)
        outputs, has_text = self.answer(text, seen, image_vectors, vectors)
        served = tf.stack([outputs[name] for name in keys.OUTPUTS])[self.served]
        return {
            **outputs,
            keys.PROBABILITY: served,
            keys.DECISION: tf.cast(served >= self.thresholds[self.served], tf.int64),
            keys.IMAGE_USED: tf.cast(seen, tf.int64)[:, tf.newaxis],
            keys.TEXT_USED: tf.cast(has_text, tf.int64),
        }

    def serve_examples(self, examples: tf.Tensor) -> Tensors:
        """Answer serialised tf.Examples with features `image` and `text`, of shape (batch,)."""
        spec: dict[str, Any] = {
            key: tf.io.FixedLenFeature([], tf.string, default_value="") for key in (keys.IMAGE, keys.TEXT)
        }
        if self.given is not None:
            nothing = [0.0] * self.given.width
            spec[keys.TEXT_VECTOR] = tf.io.FixedLenFeature([self.given.width], tf.float32, default_value=nothing)
        parsed = tf.io.parse_example(examples, spec)
        return self.serve(parsed[keys.IMAGE], parsed[keys.TEXT], parsed.get(keys.TEXT_VECTOR))

    def evaluate(self, examples: tf.Tensor) -> Tensors:
        """Answer examples of FrozenFeatures, and the same with one half taken away or taken from another example.

        Their vectors are used only where this model's own encoder made them: a live model meets the candidate's
        examples here, and where the encoders differ, it encodes the raw halves itself. The halves of others come as
        vectors only (`components.evaluator.donors`): where there are none of this model's own, the answer is NaN.
        """
        spec: dict[str, Any] = {
            name: tf.io.FixedLenFeature([], tf.string, default_value="")
            for name in (keys.IMAGE, keys.TEXT, keys.DONOR, keys.DONOR_TEXT)
        }
        for vector in (keys.IMAGE_VECTOR, keys.TEXT_VECTOR, keys.DONOR_IMAGE_VECTOR, keys.DONOR_TEXT_VECTOR):
            spec[vector] = tf.io.RaggedFeature(tf.float32)
        for fingerprint in (keys.IMAGE_FINGERPRINT, keys.TEXT_FINGERPRINT):
            spec[fingerprint] = tf.io.FixedLenFeature([], tf.string, default_value="")
        parsed = tf.io.parse_example(examples, spec)
        images = _own_or_given(
            self.image_encoder, self.encode_image, parsed, keys.IMAGE, keys.IMAGE_VECTOR, keys.IMAGE_FINGERPRINT
        )
        texts = self._text_vectors(parsed)
        words, there = parsed[keys.TEXT], tf.ones_like(parsed[keys.TEXT], tf.bool)
        outputs = self.probabilities(words, there, images, texts)
        outputs[keys.PROBABILITY] = tf.stack([outputs[name] for name in keys.OUTPUTS])[self.served]
        # A pair that lacks a half is answered by the other half's model: nothing has to be computed again.
        outputs[keys.FUSED_WITHOUT_IMAGE] = tf.identity(outputs[keys.TEXT_ONLY])
        outputs[keys.FUSED_WITHOUT_TEXT] = tf.identity(outputs[keys.IMAGE_ONLY])
        donors = parsed[keys.DONOR] != ""
        own = donors & (parsed[keys.IMAGE_FINGERPRINT] == self.image_encoder.fingerprint)
        other = parsed[keys.DONOR_IMAGE_VECTOR].to_tensor(shape=[None, self.image_encoder.width])
        shuffled = self.probabilities(words, there, other, texts)[keys.FUSED]
        outputs[keys.FUSED_IMAGE_SHUFFLED] = tf.where(own[:, tf.newaxis], shuffled, np.nan)
        encoder, other_texts = self.given or self.text_encoder, None
        if encoder is not None:
            other_texts = parsed[keys.DONOR_TEXT_VECTOR].to_tensor(shape=[None, encoder.width])
            if encoder is not self.given:
                donors &= parsed[keys.TEXT_FINGERPRINT] == encoder.fingerprint
        shuffled = self.probabilities(parsed[keys.DONOR_TEXT], there, images, other_texts)[keys.FUSED]
        outputs[keys.FUSED_TEXT_SHUFFLED] = tf.where(donors[:, tf.newaxis], shuffled, np.nan)
        return outputs

    def _text_vectors(self, parsed: Mapping[str, Any]) -> tf.Tensor | None:
        if self.given is not None:
            vectors = tf.reshape(parsed[keys.TEXT_VECTOR].values, [-1, self.given.width])
            return tf.ensure_shape(vectors, [None, self.given.width])
        if self.text_encoder is None:
            return None
        return _own_or_given(
            self.text_encoder, self.encode_text, parsed, keys.TEXT, keys.TEXT_VECTOR, keys.TEXT_FINGERPRINT
        )


def _constant(value: Any, name: str) -> tf.Variable:
    # A variable, so that it is among the weights by which equal models are known.
    return tf.Variable(np.asarray(value, np.float32), trainable=False, name=name)


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
    strings = tf.TensorSpec([None], tf.string, name=keys.EXAMPLES)
    request = {
        keys.IMAGE: tf.TensorSpec([None], tf.string, name=keys.IMAGE),
        keys.TEXT: tf.TensorSpec([None], tf.string, name=keys.TEXT),
    }
    if module.given is not None:
        request[keys.TEXT_VECTOR] = tf.TensorSpec([None, module.given.width], tf.float32, name=keys.TEXT_VECTOR)
    signatures = {
        keys.SIGNATURE_SERVING: tf.function(module.serve, autograph=False).get_concrete_function(**request),
        keys.SIGNATURE_EXAMPLES: tf.function(module.serve_examples, autograph=False).get_concrete_function(strings),
        keys.SIGNATURE_EVALUATION: tf.function(module.evaluate, autograph=False).get_concrete_function(strings),
    }
    tf.saved_model.save(_servable(module), path, signatures=signatures)


def _servable(module: FusedModule) -> tf.Module:
    """Gather what a module's functions need, its weights as plain variables of TensorFlow.

    TF Serving restores weights with the graph's own operations, and these miss the variables of a Keras model that
    hangs in a module; Python's loader, which goes by objects, does not.

    Reference:
        https://github.com/tensorflow/tensorflow/issues/72963, https://github.com/keras-team/keras/issues/20095
    """
    encoders = [encoder for encoder in (module.image_encoder, module.text_encoder) if encoder is not None]
    parts = [part for encoder in encoders for part in vars(encoder).values()]
    layers = [module.model, *(part for part in parts if isinstance(part, keras.layers.Layer))]
    servable = tf.Module()
    servable.weights = [variable.value for layer in layers for variable in layer.variables]
    servable.settings = [module.scales, module.biases, module.base_rate, module.thresholds]
    servable.served = module.served
    # Tables and files: those of Transform, and those of tokenizers.
    tokenizers = [part for part in parts if isinstance(part, (tf.Module, keras.layers.Layer)) and not part.variables]
    servable.resources = [module.transform, *tokenizers]
    return servable
