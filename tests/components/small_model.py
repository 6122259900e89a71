"""A small exported model with its training path, for what is tested on exports: random weights, real preprocessing."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from components import keys
from components.encoders.image_encoder import ImageEncoder
from components.pairs.limits import PairLimits
from components.trainer.calibration import Calibration
from components.trainer.export import FusedModule, export
from components.trainer.training_path import keep_training_path
from components.trainer.warm_up import write_warm_up
from components.transform.text import pad_ids, tokenize

SIZE, WIDTH, TOKENS, BUCKETS = 32, 6, 8, 50
LIMITS = PairLimits(max_pixels=1_000_000, max_image_bytes=1 << 20)
THRESHOLDS = {keys.FUSED: 0.5, keys.IMAGE_ONLY: 0.4, keys.TEXT_ONLY: 0.6, keys.LATE: 0.7}
_CALIBRATIONS = {name: Calibration(0.8 + 0.1 * place, 0.05 * place) for place, name in enumerate(keys.OUTPUTS)}


class HashedText(tf.Module):
    """Stands where TFT's layer would: the product's own normalising and tokenising, words hashed instead of counted."""

    def __init__(self, lower: bool = True):
        super().__init__()
        self._lower = lower

    def __call__(self, raw: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        texts = tf.reshape(raw[keys.TEXT], [-1])
        tokens = tokenize(texts) if self._lower else tf.strings.split(texts)
        ids = tf.ragged.map_flat_values(tf.strings.to_hash_bucket_fast, tokens, BUCKETS)
        return {
            keys.IMAGE_VECTOR: raw[keys.IMAGE_VECTOR],
            keys.TOKENS: pad_ids(ids.to_sparse(), TOKENS),
            keys.HAS_TEXT: tf.cast(tokens.row_lengths() > 0, tf.float32)[:, tf.newaxis],
        }


def image_encoder(mode: str = "caffe") -> ImageEncoder:
    """Build an encoder of pictures with a small random backbone."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((SIZE, SIZE, 3))
    maps = keras.layers.Conv2D(WIDTH, 8, strides=8, activation="tanh", kernel_initializer="glorot_normal")(inputs)
    return ImageEncoder("small", keras.Model(inputs, maps), SIZE, mode, "avg", f"small-{mode}")


def fusion() -> keras.Model:
    """Build a model from the vector and the tokens to the logits of all outputs."""
    keras.utils.set_random_seed(5)
    image = keras.Input((WIDTH,), name=keys.IMAGE_VECTOR)
    tokens = keras.Input((TOKENS,), dtype="int64", name=keys.TOKENS)
    text = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(BUCKETS + 2, 8, "normal")(tokens))
    parts = {
        keys.IMAGE_ONLY: keras.layers.Dense(1, kernel_initializer="normal")(image) * 40,
        keys.TEXT_ONLY: keras.layers.Dense(1, kernel_initializer="normal")(text) * 200,
    }
    late = parts[keys.IMAGE_ONLY] * 0.6 + parts[keys.TEXT_ONLY] * 0.7
    joint = keras.layers.Dense(1, kernel_initializer="normal")(keras.layers.Concatenate()([image, text])) * 20
    outputs = {**parts, keys.LATE: late, keys.FUSED: late + joint}
    return keras.Model({keys.IMAGE_VECTOR: image, keys.TOKENS: tokens}, {name: outputs[name] for name in keys.OUTPUTS})


def draw_pairs(count: int) -> list[tuple[str, bytes, str]]:
    """Draw pairs: id, picture and text, some of it in capitals."""
    words = ["Cat", "DOG", "Hope", "monday", "TIRED", "bitter", "Yarn", "caffeine"]
    pairs = []
    for number in range(count):
        rng = np.random.default_rng(number)
        picture = io.BytesIO()
        blocks = rng.integers(0, 255, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(blocks).resize((48, 40), Image.Resampling.BICUBIC).save(picture, "PNG")
        pairs.append((f"p{number:03d}", picture.getvalue(), " ".join(rng.choice(words, 5))))
    return pairs


def write_model(folder: Path, pairs: list[tuple[str, bytes, str]], *, mode: str = "caffe", lower: bool = True) -> str:
    """Export a model and keep its training path; the export may prepare pairs otherwise than the training did.

    Args:
        folder: The model artifact's folder.
        pairs: Id, picture and text of the pairs that the training path is kept of.
        mode: Preprocessing of the export's image encoder; training has `caffe`.
        lower: Whether the export lower-cases texts; training does.

    Returns:
        The SavedModel's folder.
    """
    module = FusedModule(
        image_encoder(mode), None, HashedText(lower), fusion(), {}, _CALIBRATIONS, -0.2, THRESHOLDS, LIMITS
    )
    path = str(folder / "Format-Serving")
    export(module, path)
    write_warm_up(path)
    (folder / "Format-Serving" / "assets.extra").mkdir(exist_ok=True)
    card = {"spec": {"limits": {"max_pixels": LIMITS.max_pixels, "max_image_bytes": LIMITS.max_image_bytes}}}
    (folder / "Format-Serving" / keys.MODEL_CARD).write_text(json.dumps(card))
    arrays, scores = train_path(pairs)
    keep_training_path(str(folder), arrays, scores)
    return path


def train_path(pairs: list[tuple[str, bytes, str]]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Score pairs as training sees them: vectors of the encoder, tokens of the transform, the Keras model."""
    vectors = image_encoder()(tf.constant([picture for _, picture, _ in pairs]))
    texts = tf.constant([text for _, _, text in pairs])
    features = HashedText()({keys.TEXT: texts, keys.IMAGE_VECTOR: vectors})
    logits = fusion()({keys.IMAGE_VECTOR: vectors, keys.TOKENS: features[keys.TOKENS]})
    arrays = {
        keys.ID: np.array([pair_id.encode() for pair_id, _, _ in pairs]),
        keys.HAS_TEXT: features[keys.HAS_TEXT].numpy(),
    }
    scores = {
        name: 1 / (1 + np.exp(-_CALIBRATIONS[name](logits[name].numpy()[:, 0].astype(np.float64))))
        for name in keys.OUTPUTS
    }
    return arrays, scores
