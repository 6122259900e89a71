"""Read a split of Transform's examples into arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

_BATCH = 512


def read_arrays(patterns: Sequence[str], feature_spec: Mapping[str, Any]) -> dict[str, NDArray]:
    """Read TFRecords into one array per feature.

    Records are ordered by content, because the order within shards depends on how Beam bundled them.

    Args:
        patterns: File patterns of gzipped TFRecords of tf.Examples.
        feature_spec: Fixed-length features, as TFT's `transformed_feature_spec` gives them.

    Returns:
        By feature name, the first axis being the examples.
    """
    files = sorted(path for pattern in patterns for path in tf.io.gfile.glob(pattern))
    records = np.array(list(tf.data.TFRecordDataset(files, compression_type="GZIP").as_numpy_iterator()), dtype=object)
    parts: dict[str, list[NDArray]] = {name: [] for name in feature_spec}
    for start in range(0, len(records), _BATCH):
        parsed = tf.io.parse_example(records[start : start + _BATCH].tolist(), dict(feature_spec))
        for name, tensor in parsed.items():
            parts[name].append(tensor.numpy())
    arrays = {name: np.concatenate(blocks) for name, blocks in parts.items()}
    return _in_order_of_content(arrays)


def _in_order_of_content(arrays: dict[str, NDArray]) -> dict[str, NDArray]:
    rows = np.hstack([array.reshape(len(array), -1).view(np.uint8) for _, array in sorted(arrays.items())])
    # Equal rows may stand in any order: they are equal.
    order = np.argsort(np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1])))[:, 0], kind="stable")
    return {name: array[order] for name, array in arrays.items()}
