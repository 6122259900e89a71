"""N-grams of words and of characters, in a TensorFlow graph."""

from __future__ import annotations

import tensorflow as tf

WORD_WIDTHS = (1, 2)
CHARACTER_WIDTHS = (3, 4, 5)


def word_ngrams(tokens: tf.RaggedTensor) -> tf.RaggedTensor:
    """Join neighbouring tokens, strings of shape (batch, None), to n-grams of one and two words."""
    return tf.strings.ngrams(tokens, WORD_WIDTHS, separator=" ")


def character_ngrams(tokens: tf.RaggedTensor) -> tf.RaggedTensor:
    """Cut n-grams of three to five characters out of tokens that have a space put at both ends.

    Args:
        tokens: Strings in UTF-8 of shape (batch, None).

    Returns:
        Strings of shape (batch, None); a token shorter than the n-gram gives none of that width, as in scikit-learn's
        analyser `char_wb`, and one that is shorter than all gives itself.
    """
    characters = tf.strings.unicode_split(tf.strings.join([" ", tokens, " "]), "UTF-8")
    ngrams = tf.strings.ngrams(characters, CHARACTER_WIDTHS, separator="", preserve_short_sequences=True)
    return ngrams.merge_dims(1, 2)
