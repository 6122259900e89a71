"""A SavedModel, asked through its serving signatures as TF Serving asks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401  Its operations are part of TF Serving, but not of TensorFlow.
from numpy.typing import NDArray

from components import keys

Answers = dict[str, NDArray]


class Client:
    """Loads a SavedModel as TF Serving does: the graph alone, restored by its own operations in a session.

    Python's `tf.saved_model.load` goes by objects and restores weights that TF Serving misses, so it proves too little.

    Args:
        path: The SavedModel's folder.

    Example:
        >>> Client("models/1795543937").ask([jpeg], [b"one does not simply"])["probability"].shape
        (1,)
    """

    def __init__(self, path: str):
        self._session = tf.compat.v1.Session(graph=tf.Graph())
        loaded = tf.compat.v1.saved_model.load(self._session, [tf.saved_model.SERVING], path)
        self.signatures = dict(loaded.signature_def.items())

    @property
    def vector_width(self) -> int | None:
        """Width of the vector that a request must bring with its text; None where it brings none."""
        inputs = self.signatures[keys.SIGNATURE_SERVING].inputs
        return inputs[keys.TEXT_VECTOR].tensor_shape.dim[1].size if keys.TEXT_VECTOR in inputs else None

    def ask(
        self, pictures: Sequence[bytes], texts: Sequence[bytes], vectors: Sequence[Sequence[float]] | None = None
    ) -> Answers:
        """Send raw pairs through `serving_default`.

        Args:
            pictures: Encoded pictures; an empty string for none.
            texts: UTF-8.
            vectors: The texts' vectors, where the model takes them; None sends zeros.

        Returns:
            By output, shape (n,).
        """
        inputs = {keys.IMAGE: _strings(pictures), keys.TEXT: _strings(texts)}
        width = self.vector_width
        if width is not None:
            rows = np.zeros((len(texts), width)) if vectors is None else np.asarray(vectors).reshape(len(texts), width)
            inputs[keys.TEXT_VECTOR] = rows.astype(np.float32)
        return self.call(keys.SIGNATURE_SERVING, inputs)

    def ask_examples(self, records: Sequence[bytes]) -> Answers:
        """Send serialised tf.Examples through `serving_examples`; by output, shape (n,)."""
        return self.call(keys.SIGNATURE_EXAMPLES, {keys.EXAMPLES: _strings(records)})

    def call(self, signature: str, inputs: Mapping[str, NDArray]) -> Answers:
        """Call a signature; by output, shape (n,)."""
        called = self.signatures[signature]
        fetched = {name: info.name for name, info in called.outputs.items()}
        fed = {called.inputs[name].name: values for name, values in inputs.items()}
        return {name: values.reshape(-1) for name, values in self._session.run(fetched, fed).items()}


def _strings(values: Sequence[bytes]) -> NDArray:
    # As objects: numpy's own strings lose trailing zero bytes.
    return np.array(list(values), dtype=object)
