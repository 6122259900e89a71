"""The `preprocessing_fn` of Transform."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from components import keys
from components.transform.ngrams import character_ngrams, word_ngrams
from components.transform.text import pad_ids, tokenize
from components.transform.tfidf import Terms, tfidf

VOCABULARY = "words"
_PASSED_ON = (keys.ID, keys.GROUP, keys.IMAGE_VECTOR, keys.TEXT_VECTOR, keys.LABEL)

Tensors = dict[str, Any]


def preprocessing_fn(inputs: dict[str, Any], custom_config: dict[str, Any]) -> Tensors:
    """Make what the trained text branches read, and pass the frozen vectors on.

    Args:
        inputs: Raw features, as the schema of FrozenFeatures describes them.
        custom_config: `branches` (of the text), `vocabulary` (most words of `lstm` and `pooled`), `max_tokens`,
            `word_buckets` and `character_buckets` of the `lexical` branch.

    Returns:
        Id, group, the vectors, the label, `has_text` (float32, (batch, 1), 0 for a text without any token) and, as the
        branches need them, `tokens` (int64, (batch, max_tokens), 0 is padding, the highest id is any unknown word) and
        the terms of the lexical branch (sparse, (batch, None)).
    """
    tokens = tokenize(tf.reshape(inputs[keys.TEXT], [-1]))
    outputs: Tensors = {name: inputs[name] for name in _PASSED_ON if name in inputs}
    outputs[keys.HAS_TEXT] = tf.cast(tokens.row_lengths() > 0, tf.float32)[:, tf.newaxis]
    if set(custom_config["branches"]) & set(keys.TOKEN_KINDS):
        outputs |= _token_ids(tokens, custom_config)
    if keys.LEXICAL in custom_config["branches"]:
        outputs |= _terms(tokens, custom_config)
    return outputs


def _token_ids(tokens: tf.RaggedTensor, config: dict[str, Any]) -> Tensors:
    ids = tft.compute_and_apply_vocabulary(
        tokens.to_sparse(), top_k=config["vocabulary"], num_oov_buckets=1, vocab_filename=VOCABULARY
    )
    return {keys.TOKENS: pad_ids(ids, config["max_tokens"])}


def _terms(tokens: tf.RaggedTensor, config: dict[str, Any]) -> Tensors:
    """Hash the n-grams: no vocabulary of them has to be gathered, kept or served.

    A vocabulary would also make the document frequencies a second phase of the analysis, for which TFT 1.16 copies its
    graph in a way that newer Beams refuse.
    """
    words = _weigh(word_ngrams(tokens), config["word_buckets"], keys.WORDS)
    characters = _weigh(character_ngrams(tokens), config["character_buckets"], keys.CHARACTERS)
    return {
        keys.WORD_IDS: words.ids,
        keys.WORD_WEIGHTS: words.weights,
        keys.CHARACTER_IDS: characters.ids,
        keys.CHARACTER_WEIGHTS: characters.weights,
    }


def _weigh(ngrams: tf.RaggedTensor, buckets: int, name: str) -> Terms:
    return tfidf(tf.ragged.map_flat_values(tf.strings.to_hash_bucket_fast, ngrams, buckets), buckets, name)
