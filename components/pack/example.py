"""A checked pair as a tf.train.Example."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
from tfx_bsl.coders.example_coder import RecordBatchToExamplesEncoder

from components.keys import ID, IMAGE, LABEL, TEXT, TEXT_VECTOR
from components.pairs.sliced_pair import SlicedPair


def encode_example(pair: SlicedPair) -> bytes:
    """Returns a pair as a serialised `tf.train.Example`; equal pairs give equal bytes.

    Args:
        pair: A usable pair.

    Returns:
        Features `id`, `image` and `text` (bytes, one value each), `label` (int64, one value) and, where the text has
        a vector, `text_vector` (float32); one of bytes for each slice.
    """
    values = {
        ID: pa.array([[pair.id.encode()]]),
        IMAGE: pa.array([[pair.image]]),
        TEXT: pa.array([[pair.text.encode()]]),
        LABEL: pa.array([[pair.label]]),
    }
    if pair.text_vector:
        values[TEXT_VECTOR] = pa.array([list(pair.text_vector)], pa.list_(pa.float32()))
    return encode_features(values | {name: pa.array([[value.encode()]]) for name, value in pair.slices})


def encode_features(values: Mapping[str, pa.Array]) -> bytes:
    """Returns features as a serialised `tf.train.Example`, in their order.

    The encoder of tfx_bsl spares the import of TensorFlow. It writes several features in a random order, and
    protobuf reads concatenated messages as one: so each feature is encoded alone.

    Args:
        values: One list of bytes, int64 or float32 by name.
    """
    encoder = RecordBatchToExamplesEncoder()
    return b"".join(encoder.encode(pa.RecordBatch.from_arrays([value], [name]))[0] for name, value in values.items())
