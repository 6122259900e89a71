"""An encoder that runs once for each distinct content, in batches of like length."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf

from components.encoders.encoder import FrozenEncoder

_BATCH = 32
_REMEMBERED_BYTES = 512 << 20
_AT_ONCE = 2


class OnceEncoder:
    """An encoder that remembers what it has encoded, within a bound of memory.

    Contents are sorted by length before they are cut into batches, since a batch of texts is padded to its longest;
    of two batches one is decoded or tokenised while the other is in the backbone. Neither changes a vector by more
    than rounding, and the same contents in the same order give the same vectors.

    Args:
        encoder: The frozen encoder.
        remembered_bytes: The least recently used vectors are forgotten above this.
    """

    def __init__(self, encoder: FrozenEncoder, remembered_bytes: int = _REMEMBERED_BYTES):
        self.encoder = encoder
        self.forwards = 0
        self._most = max(1, remembered_bytes // (4 * encoder.width))
        self._vectors: OrderedDict[bytes, np.ndarray] = OrderedDict()
        self._call = tf.function(encoder, input_signature=[tf.TensorSpec([None], tf.string)])
        self._threads = ThreadPoolExecutor(_AT_ONCE)

    def __call__(self, contents: Sequence[bytes]) -> list[np.ndarray]:
        """Encode contents.

        Args:
            contents: Pictures (encoded bytes) or texts (UTF-8); the more, the better texts can be sorted.

        Returns:
            One float32 vector of shape (width,) each.
        """
        digests = [hashlib.sha256(content).digest() for content in contents]
        new = {d: c for d, c in zip(digests, contents, strict=True) if d not in self._vectors}
        ordered = sorted(new, key=lambda digest: len(new[digest]))
        batches = [ordered[start : start + _BATCH] for start in range(0, len(ordered), _BATCH)]
        encoded = self._threads.map(self._encode, ([new[digest] for digest in batch] for batch in batches))
        for batch, vectors in zip(batches, encoded, strict=True):
            self._vectors.update(zip(batch, vectors, strict=True))
        self.forwards += len(new)
        found = []
        for digest in digests:
            self._vectors.move_to_end(digest)
            found.append(self._vectors[digest])
        while len(self._vectors) > self._most:
            self._vectors.popitem(last=False)
        return found

    def _encode(self, contents: Sequence[bytes]) -> np.ndarray:
        return self._call(tf.constant(contents, tf.string)).numpy()
