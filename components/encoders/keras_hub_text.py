"""Any backbone of texts that keras-hub has a preset for.

A SavedModel that holds this encoder loads only where `tensorflow_text` was imported, since most tokenizers use its ops.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import keras_hub
import tensorflow as tf

from components.encoders.encoder import FrozenEncoder
from components.encoders.hub_preset import load_backbone, load_part, loaded_fingerprint
from components.errors import InputError

_TOKENS, _MASK, _SEGMENTS = "token_ids", "padding_mask", "segment_ids"
_SEQUENCE = "sequence_output"


class HubTextEncoder(FrozenEncoder):
    """A frozen keras-hub backbone over the tokens of a text, start and end token included.

    A batch is padded to its longest text, so that batches of texts of like length are much faster.

    Args:
        name: The encoder's name in the registry.
        backbone: Takes `token_ids`, and perhaps `padding_mask` and `segment_ids`; gives a vector for each token.
        tokenizer: The preset's own.
        max_tokens: The greatest number of tokens of a text; the rest is cut off.
        pooling: `mean` over the text's tokens, `mean_l2` (that, scaled to length 1) or `cls` (the first token).
        fingerprint: The sha256 that stands for everything the vectors depend on.

    Raises:
        InputError: The backbone takes or gives something else, or fewer tokens.
    """

    def __init__(
        self,
        name: str,
        backbone: keras.Model,
        tokenizer: keras_hub.models.Tokenizer,
        max_tokens: int,
        pooling: str,
        fingerprint: str,
    ):
        super().__init__(name, "text", _width(name, backbone, max_tokens), fingerprint)
        backbone.trainable = False
        self.backbone = backbone
        self.tokenizer = tokenizer
        self.max_tokens = max_tokens
        self.pooling = pooling

    # Always in a graph: called outside one, a newer keras-hub tokenizes in Python.
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def preprocess(self, inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """Tokenises `(batch,)` texts into `(batch, tokens)` int32 ids and their mask."""
        start, end = ([] if token is None else [token] for token in self._ends())
        pieces = tf.cast(self.tokenizer(inputs), tf.int32)[:, : self.max_tokens - len(start) - len(end)]
        column = tf.ones([pieces.nrows(), 1], tf.int32)
        ids = tf.concat([*(column * token for token in start), pieces, *(column * token for token in end)], axis=1)
        return {_TOKENS: ids.to_tensor(self.tokenizer.pad_token_id or 0), _MASK: tf.sequence_mask(ids.row_lengths())}

    def forward(self, prepared: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Runs ids and mask through backbone and pooling."""
        features = {**prepared, _SEGMENTS: tf.zeros_like(prepared[_TOKENS])}
        output = self.backbone({key: features[key] for key in self.backbone.input}, training=False)
        tokens = output[_SEQUENCE] if isinstance(output, Mapping) else output
        if self.pooling == "cls":
            return tokens[:, 0]
        weights = tf.cast(prepared[_MASK], tf.float32)[:, :, tf.newaxis]
        # A tokenizer without start and end token makes no token of an empty text; its vector is zero.
        mean = tf.reduce_sum(tokens * weights, axis=1) / tf.maximum(tf.reduce_sum(weights, axis=1), 1.0)
        return tf.math.l2_normalize(mean, axis=-1) if self.pooling == "mean_l2" else mean

    def _ends(self) -> tuple[int | None, int | None]:
        """The ids of the start and the end token, as far as the tokenizer has them."""
        return getattr(self.tokenizer, "start_token_id", None), getattr(self.tokenizer, "end_token_id", None)


def build(spec: Mapping[str, Any], fingerprint: str) -> HubTextEncoder:
    """Builds an encoder on a keras-hub preset.

    Args:
        spec: A resolved spec; `weights` is the preset's name, its handle, or its folder.
        fingerprint: Of the spec.

    Returns:
        The encoder.

    Raises:
        InputError: The preset cannot be loaded, or its backbone does not encode texts.
    """
    name, preset = spec["encoder"], spec["weights"]
    backbone = load_backbone(name, preset)
    tokenizer = load_part(name, preset, keras_hub.models.Tokenizer.from_preset)
    fingerprint = loaded_fingerprint(fingerprint, preset, backbone)
    return HubTextEncoder(name, backbone, tokenizer, spec["max_tokens"], spec["pooling"], fingerprint)


def _width(name: str, backbone: keras.Model, max_tokens: int) -> int:
    """The length of a token's vector, once the backbone is known to fit."""
    taken = set(backbone.input) if isinstance(backbone.input, Mapping) else set()
    outputs = backbone.output
    tokens = outputs.get(_SEQUENCE) if isinstance(outputs, Mapping) else outputs
    if _TOKENS not in taken or taken - {_TOKENS, _MASK, _SEGMENTS} or tokens is None or len(tokens.shape) != 3:
        raise InputError(
            f"{name}: a backbone takes {_TOKENS}, {_MASK} and {_SEGMENTS}, and gives a vector for each token. "
            f"Received: {type(backbone).__name__}, which takes {', '.join(sorted(taken)) or 'one tensor'}. "
            "Take the preset of a text encoder, as bert_small_en_uncased."
        )
    longest = getattr(backbone, "max_sequence_length", None) or max_tokens
    if max_tokens > longest:
        raise InputError(
            f"{name}: the backbone reads at most {longest} tokens. Received: max_tokens {max_tokens}. Lower max_tokens."
        )
    return int(tokens.shape[-1])
