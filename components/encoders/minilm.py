"""all-MiniLM-L6-v2: texts to sentence vectors.

A SavedModel that holds this encoder loads only where `tensorflow_text` was imported (see `word_piece_tokenizer`).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import keras_hub
import safetensors.numpy
import tensorflow as tf

from components.encoders.encoder import FrozenEncoder
from components.encoders.weights import weight_files
from components.encoders.word_piece_tokenizer import PAD, WordPieceTokenizer
from components.errors import InputError


class SentenceEncoder(FrozenEncoder):
    """A frozen BERT: its token vectors, averaged over the text's tokens and scaled to length 1.

    A batch is padded to its longest text, so that batches of texts of like length are much faster.

    Args:
        name: The encoder's name in the registry.
        backbone: Takes token ids, padding mask and segment ids; gives `sequence_output`.
        vocabulary: The word pieces in the order of their ids.
        max_tokens: The greatest number of tokens of a text; the rest is cut off.
        fingerprint: The sha256 that stands for everything the vectors depend on.

    Reference:
        Reimers and Gurevych 2019, "Sentence-BERT".
    """

    def __init__(
        self,
        name: str,
        backbone: keras_hub.models.BertBackbone,
        vocabulary: Sequence[str],
        max_tokens: int,
        fingerprint: str,
    ):
        super().__init__(name=name, kind="text", width=backbone.hidden_dim, fingerprint=fingerprint)
        backbone.trainable = False
        self.backbone = backbone
        self.tokenizer = WordPieceTokenizer(vocabulary, max_tokens)
        self._pad = vocabulary.index(PAD)

    def preprocess(self, inputs: tf.Tensor) -> tf.Tensor:
        """Tokenises `(batch,)` texts into `(batch, tokens)` int32 ids."""
        return self.tokenizer(inputs)

    def forward(self, prepared: tf.Tensor) -> tf.Tensor:
        """Runs `(batch, tokens)` int32 ids through the backbone; vectors of length 1."""
        mask = tf.not_equal(prepared, self._pad)
        features = {"token_ids": prepared, "padding_mask": mask, "segment_ids": tf.zeros_like(prepared)}
        tokens = self.backbone(features, training=False)["sequence_output"]
        weights = tf.cast(mask, tf.float32)[:, :, tf.newaxis]
        mean = tf.reduce_sum(tokens * weights, axis=1) / tf.reduce_sum(weights, axis=1)
        return tf.math.l2_normalize(mean, axis=-1)


def build(spec: Mapping[str, Any], fingerprint: str) -> SentenceEncoder:
    """Builds the sentence encoder from a Hugging Face folder.

    Args:
        spec: A resolved spec; `weights` is `package` or the path of a folder with `config.json`,
            `model.safetensors` and `vocab.txt`.
        fingerprint: Of the spec.

    Returns:
        The encoder.

    Raises:
        InputError: The folder holds no BERT.
    """
    files = {file.name: file for file in weight_files(spec)}
    try:
        backbone = _backbone(files["config.json"], files["model.safetensors"])
        with files["vocab.txt"].open(encoding="utf-8") as lines:
            vocabulary = [line.rstrip("\n") for line in lines]
        return SentenceEncoder(spec["encoder"], backbone, vocabulary, spec["max_tokens"], fingerprint)
    except Exception as error:  # keras-hub and safetensors raise a dozen types for a file that does not fit
        raise InputError(
            "minilm: weights must be a Hugging Face folder of a BERT (config.json, model.safetensors, vocab.txt). "
            f"Received: {spec['weights']!r} ({type(error).__name__}: {error}). Download the folder anew."
        ) from error


def _backbone(config: Path, weights: Path) -> keras.Model:
    """Reads the BERT with keras-hub, which looks for the names of weights that another class of the model has."""
    renamed = {
        "bert." + name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): array
        for name, array in safetensors.numpy.load_file(weights).items()
    }
    with tempfile.TemporaryDirectory() as folder:
        safetensors.numpy.save_file(renamed, Path(folder) / weights.name)
        shutil.copy(config, folder)
        return keras_hub.models.BertBackbone.from_preset(folder)
