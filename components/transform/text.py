"""Normalise and tokenise text in a TensorFlow graph.

Core TensorFlow operations only, so that a SavedModel that holds them loads anywhere.
"""

from __future__ import annotations

import tensorflow as tf

# RE2's own \w is ASCII alone.
_WORD = r"[\p{L}\p{M}\p{N}_]"
# What a rule finds is replaced in this order.
_RULES = (
    (r"https?://\S+|www\.\S+", " urltoken "),
    (rf"(^|\s)@{_WORD}+", r"\1 usertoken "),
    (rf"#({_WORD})", r" \1"),
    (r"['’]", ""),
    (r"([^\p{L}\p{M}\p{N}\s])", r" \1 "),
)


def normalize(texts: tf.Tensor) -> tf.Tensor:
    """Lower-case, replace web addresses and user names by a token each, and set punctuation and emoji apart.

    Args:
        texts: Strings in UTF-8, of any shape.

    Returns:
        Strings of the same shape, whose tokens are separated by white space.
    """
    texts = tf.strings.lower(texts, encoding="utf-8")
    for pattern, replacement in _RULES:
        texts = tf.strings.regex_replace(texts, pattern, replacement)
    return texts


def tokenize(texts: tf.Tensor) -> tf.RaggedTensor:
    """Split normalised texts of shape (batch,) at white space; an empty text has no tokens."""
    return tf.strings.split(normalize(texts))


def pad_ids(ids: tf.SparseTensor, length: int) -> tf.Tensor:
    """Make a dense batch of token ids: shifted by one so that 0 is padding, cut or padded to a length.

    Args:
        ids: int64 of dense shape (batch, any), from 0.
        length: Tokens to keep.

    Returns:
        int64 of shape (batch, length).
    """
    dense = (tf.sparse.to_dense(ids, default_value=-1) + 1)[:, :length]
    padded = tf.pad(dense, [[0, 0], [0, tf.maximum(0, length - tf.shape(dense)[1])]])
    return tf.ensure_shape(padded, [None, length])
