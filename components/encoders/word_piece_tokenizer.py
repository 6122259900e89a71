"""BERT's uncased tokenizer inside the TensorFlow graph.

Importing this module imports `tensorflow_text`, which registers the ops that the traced graph holds: a process that
loads a SavedModel with this tokenizer must import `tensorflow_text` first (TF Serving has the ops built in).
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf
import tensorflow_text as tf_text

PAD = "[PAD]"
CLS = "[CLS]"
SEP = "[SEP]"
UNKNOWN = "[UNK]"
SPECIAL_TOKENS = (PAD, CLS, SEP, UNKNOWN)


class WordPieceTokenizer(tf.Module):
    """Turns texts into token ids as BERT's reference tokenizer does: `[CLS] pieces [SEP]`, padded to the batch.

    `tensorflow_text.FastBertTokenizer(lower_case_nfd_strip_accents=True)` is not used for it: it also folds
    compatibility characters ("…" becomes "..."), which gives other tokens than the weights were trained on. Two
    differences are left: a word without a space or punctuation is unknown from 101 bytes on, not from 101 characters;
    and a text that spells a special token, as `[MASK]`, is read as text, so that no stranger can set one.

    Args:
        vocabulary: The word pieces in the order of their ids; holds `[PAD]`, `[CLS]`, `[SEP]` and `[UNK]`.
        max_tokens: The greatest number of tokens of a text, `[CLS]` and `[SEP]` included; the rest is cut off.

    Example:
        >>> tokenizer = WordPieceTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "cafe", "##s"], max_tokens=128)
        >>> tokenizer(tf.constant(["Cafés", ""])).numpy().tolist()
        [[2, 4, 5, 3], [2, 3, 0, 0]]

    Reference:
        Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding".
    """

    def __init__(self, vocabulary: Sequence[str], max_tokens: int):
        super().__init__(name="word_piece_tokenizer")
        self.max_tokens = max_tokens
        self._pad, self._cls, self._sep, _ = (vocabulary.index(token) for token in SPECIAL_TOKENS)
        self._pieces = tf_text.FastWordpieceTokenizer(
            list(vocabulary), token_out_type=tf.int32, unknown_token=UNKNOWN, support_detokenization=False
        )

    def __call__(self, texts: tf.Tensor) -> tf.Tensor:
        """Tokenises a batch.

        Args:
            texts: `(batch,)` strings, UTF-8; bytes that are not UTF-8 are left out.

        Returns:
            `(batch, longest text in tokens)` int32 ids, padded with the id of `[PAD]`.
        """
        pieces = self._pieces.tokenize(_normalize(texts))[:, : self.max_tokens - 2]
        column = tf.ones([pieces.nrows(), 1], tf.int32)
        return tf.concat([column * self._cls, pieces, column * self._sep], axis=1).to_tensor(self._pad)


def _normalize(texts: tf.Tensor) -> tf.Tensor:
    """Drops control characters and accents and lower-cases, in the order of the reference."""
    texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8", errors="ignore")
    texts = tf.strings.regex_replace(texts, r"[\t\n\r]", " ")
    texts = tf.strings.regex_replace(texts, r"[\p{Cc}\p{Cf}\p{Co}\x{FFFD}]", "")
    texts = tf.strings.regex_replace(tf_text.normalize_utf8(texts, "NFD"), r"\p{Mn}", "")
    # The reference lowers each letter by itself; TensorFlow writes a Σ that ends a word as ς.
    return tf.strings.lower(tf.strings.regex_replace(texts, "Σ", "σ"), encoding="utf-8")
