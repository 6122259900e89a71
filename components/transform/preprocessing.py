"""The `preprocessing_fn` of Transform."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from components import keys
from components.transform.text import pad_ids, tokenize

VOCABULARY = "words"
_PASSED_ON = (keys.IMAGE_VECTOR, keys.TEXT_VECTOR, keys.LABEL)


def preprocessing_fn(inputs: dict[str, Any], custom_config: dict[str, Any]) -> dict[str, tf.Tensor]:
    """Make token ids of the text and pass the frozen vectors on.

    Args:
        inputs: Raw features, as the schema of FrozenFeatures describes them.
        custom_config: `vocabulary` (most words kept) and `max_tokens`.

    Returns:
        `tokens` (int64, (batch, max_tokens), 0 is padding, the highest id is any unknown word), the vectors, the label.
    """
    words = tokenize(tf.reshape(inputs[keys.TEXT], [-1])).to_sparse()
    ids = tft.compute_and_apply_vocabulary(
        words, top_k=custom_config["vocabulary"], num_oov_buckets=1, vocab_filename=VOCABULARY
    )
    outputs = {keys.TOKENS: pad_ids(ids, custom_config["max_tokens"])}
    return outputs | {name: inputs[name] for name in _PASSED_ON if name in inputs}
