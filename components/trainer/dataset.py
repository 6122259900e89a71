"""Read a split of Transform's examples into arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from scipy import sparse

from components import keys

_BATCH = 512
# Sparse matrices by the features that hold their column ids and values.
TERMS = {
    keys.WORDS: (keys.WORD_IDS, keys.WORD_WEIGHTS),
    keys.CHARACTERS: (keys.CHARACTER_IDS, keys.CHARACTER_WEIGHTS),
}


def read_arrays(patterns: Sequence[str], feature_spec: Mapping[str, Any], sizes: Mapping[str, int]) -> dict[str, Any]:
    """Read TFRecords into one array per feature.

    Records are ordered by id, because the order within shards depends on how Beam bundled them.

    Args:
        patterns: File patterns of gzipped TFRecords of tf.Examples.
        feature_spec: As TFT's `transformed_feature_spec` gives it.
        sizes: Columns of the sparse matrices `words` and `characters`.

    Returns:
        By feature name, the first axis being the examples; `words` and `characters` are scipy's CSR matrices.
    """
    files = sorted(path for pattern in patterns for path in tf.io.gfile.glob(pattern))
    records = tf.data.TFRecordDataset(files, compression_type="GZIP").batch(_BATCH)
    dense: dict[str, list] = {}
    matrices: dict[str, list] = {}
    for batch in records:
        parsed = tf.io.parse_example(batch, dict(feature_spec))
        for name, (ids, weights) in TERMS.items():
            if ids in parsed:
                matrix = _matrix(parsed.pop(ids), parsed.pop(weights), sizes[name])
                matrices.setdefault(name, []).append(matrix)
        for name, tensor in parsed.items():
            dense.setdefault(name, []).append(tensor.numpy())
    arrays: dict[str, Any] = {name: np.concatenate(blocks) for name, blocks in dense.items()}
    arrays |= {name: sparse.vstack(blocks, format="csr") for name, blocks in matrices.items()}
    order = np.argsort(arrays[keys.ID].reshape(-1), kind="stable")
    return {name: array[order] for name, array in arrays.items()}


def _matrix(ids: tf.SparseTensor, weights: tf.SparseTensor, size: int) -> sparse.csr_matrix:
    rows = ids.indices.numpy()[:, 0]
    shape = (int(ids.dense_shape[0]), size)
    return sparse.csr_matrix((weights.values.numpy(), (rows, ids.values.numpy())), shape=shape)
