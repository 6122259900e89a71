"""A split of FrozenFeatures' examples, read as arrays of what Transform's graph makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from scipy import sparse

from components import keys

_BATCH = 512
# Sparse matrices by the features that hold their column ids and values.
TERMS = {
    keys.WORDS: (keys.WORD_IDS, keys.WORD_WEIGHTS),
    keys.CHARACTERS: (keys.CHARACTER_IDS, keys.CHARACTER_WEIGHTS),
}
_READ = (keys.ID, keys.GROUP, keys.LABEL, keys.TEXT, keys.TEXT_VECTOR)

Arrays = dict[str, Any]


class Split:
    """A split of examples in files, of which wide vectors need never be in memory all at once.

    All that is read comes in the order of the ids, because that within shards depends on how Beam bundled them.

    Args:
        patterns: File patterns of TFRecords of tf.Examples.
        transform: A `tf.function` from raw features by name to those of Transform's graph.
        feature_spec: Of the examples, as TFT's `raw_feature_spec` gives it.
        sizes: Columns of the sparse matrices `words` and `characters`.
    """

    def __init__(
        self,
        patterns: Sequence[str],
        transform: tf.types.experimental.PolymorphicFunction,
        feature_spec: Mapping[str, Any],
        sizes: Mapping[str, int],
    ):
        self._files = sorted(path for pattern in patterns for path in tf.io.gfile.glob(pattern))
        self._transform = transform
        self._feature_spec = feature_spec
        self._sizes = sizes

    @property
    def vector_width(self) -> int:
        """Width of `image_vector`."""
        return self._feature_spec[keys.IMAGE_VECTOR].shape[0]

    def read(self) -> Arrays:
        """Return what Transform's graph makes of the examples, all but `image_vector`.

        Returns:
            By feature name, the first axis being the examples; `words` and `characters` are scipy's CSR matrices.
        """
        dense: dict[str, list] = {}
        matrices: dict[str, list] = {}
        dataset = self._parsed(_READ)
        # For batches of any size: by the first call it would be traced for that one's alone, and then once more.
        transform = self._transform.get_concrete_function(dataset.element_spec)
        for parsed in dataset:
            made = dict(transform(parsed))
            for name, (ids, weights) in TERMS.items():
                if ids in made:
                    matrix = _matrix(made.pop(ids), made.pop(weights), self._sizes[name])
                    matrices.setdefault(name, []).append(matrix)
            for name, tensor in made.items():
                dense.setdefault(name, []).append(tensor.numpy())
        arrays: Arrays = {name: np.concatenate(blocks) for name, blocks in dense.items()}
        arrays |= {name: sparse.vstack(blocks, format="csr") for name, blocks in matrices.items()}
        order = np.argsort(arrays[keys.ID].reshape(-1), kind="stable")
        return {name: array[order] for name, array in arrays.items()}

    def read_vectors(self, ids: NDArray, make: Callable[[Arrays], Arrays]) -> Arrays:
        """Return what is made of the `image_vector` of some examples, batch by batch.

        Args:
            ids: Of the examples, shape (n,), sorted.
            make: From a dict with `id`, bytes (batch,), and `image_vector`, float32 (batch, width), to arrays
                (batch, …) by name.

        Returns:
            The arrays that `make` returned, together: shape (n, …), in the order of `ids`.
        """
        arrays: Arrays = {}
        for parsed in self._parsed((keys.ID, keys.IMAGE_VECTOR)):
            names = parsed[keys.ID].numpy().reshape(-1)
            places = np.minimum(np.searchsorted(ids, names), len(ids) - 1)
            wanted = ids[places] == names
            if not wanted.any():
                continue
            vectors = parsed[keys.IMAGE_VECTOR].numpy()[wanted]
            for name, array in make({keys.ID: names[wanted], keys.IMAGE_VECTOR: vectors}).items():
                if name not in arrays:
                    arrays[name] = np.empty((len(ids), *array.shape[1:]), array.dtype)
                arrays[name][places[wanted]] = array
        return arrays

    def _parsed(self, names: Sequence[str]) -> tf.data.Dataset:
        spec = {name: self._feature_spec[name] for name in names if name in self._feature_spec}
        records = tf.data.TFRecordDataset(self._files).batch(_BATCH)
        return records.map(lambda batch: tf.io.parse_example(batch, spec)).prefetch(1)


def _matrix(ids: tf.SparseTensor, weights: tf.SparseTensor, size: int) -> sparse.csr_matrix:
    rows = ids.indices.numpy()[:, 0]
    shape = (int(ids.dense_shape[0]), size)
    return sparse.csr_matrix((weights.values.numpy(), (rows, ids.values.numpy())), shape=shape)
