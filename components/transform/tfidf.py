"""TF-IDF with TFT's analysers: document frequencies over the train split, weights in the graph."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf
import tensorflow_transform as tft


class Terms(NamedTuple):
    """The distinct terms of each text: ids (int64) and weights (float32), both sparse of shape (batch, None)."""

    ids: tf.SparseTensor
    weights: tf.SparseTensor


def tfidf(ids: tf.RaggedTensor, size: int, name: str) -> Terms:
    """Weigh the distinct terms of each text by (1 + ln count) · idf, scaled so that each text has length 1.

    TFT's own `tfidf` has neither the logarithm of the count nor the length.

    Args:
        ids: int64 of shape (batch, None), from 0 to size − 1.
        size: Number of terms.
        name: What the terms are, one name for each call: TFT knows its analysers again by it.

    Returns:
        The terms, in the order of their ids.

    Reference:
        Salton and Buckley 1988, "Term-weighting approaches in automatic text retrieval"; the idf is scikit-learn's:
        ln((1 + texts) / (1 + texts with the term)) + 1.
    """
    texts = tf.cast(ids.nrows(), tf.int64)
    places = tf.sort(ids.value_rowids() * size + ids.values)
    distinct, _, counts = tf.unique_with_counts(places, out_idx=tf.int64)
    rows, terms = distinct // size, distinct % size
    present = tf.math.bincount(tf.cast(terms, tf.int32), minlength=size, maxlength=size, dtype=tf.float32)
    document_frequency = tft.sum(present[tf.newaxis, :], reduce_instance_dims=False, name=f"frequency_of_{name}")
    documents = tf.cast(tft.sum(tf.reshape(texts, [1]), name=f"texts_of_{name}"), tf.float32)
    idf = tf.math.log((1.0 + documents) / (1.0 + tf.gather(document_frequency, terms))) + 1.0
    weights = (1.0 + tf.math.log(tf.cast(counts, tf.float32))) * idf
    lengths = tf.sqrt(tf.math.unsorted_segment_sum(tf.square(weights), rows, texts))
    weights /= tf.gather(lengths, rows)
    return Terms(_by_row(rows, terms, texts), _by_row(rows, weights, texts))


def _by_row(rows: tf.Tensor, values: tf.Tensor, count: tf.Tensor) -> tf.SparseTensor:
    sparse = tf.RaggedTensor.from_value_rowids(values, rows, count, validate=False).to_sparse()
    # TFT must see that there are two axes.
    return tf.SparseTensor(sparse.indices, sparse.values, tf.ensure_shape(sparse.dense_shape, [2]))
