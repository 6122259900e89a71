"""An encoder that runs once for each distinct content, in batches of like length."""

from __future__ import annotations

import collections
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf

from components.encoders.encoder import FrozenEncoder
from components.feature_cache.feature_cache import FeatureCache

FORWARDS, HITS, MISSES, DAMAGED = "forwards", "hits", "misses", "damaged_segments"
_BATCH = 32
_REMEMBERED_BYTES = 256 << 20
_AT_ONCE = 2
# What a killed process has to encode again, at the most, and how many vectors a segment of the cache begins with.
_KEPT_AT_ONCE = 256
# So many contents the encoder is proved on.
_PROVED = 4


class OnceEncoder:
    """An encoder that remembers what it has encoded, within a bound of memory, and looks the rest up in a cache.

    Contents are sorted by length before they are cut into batches, since a batch of texts is padded to its longest;
    of two batches one is decoded or tokenised while the other is in the backbone. Neither changes a vector by more
    than rounding, and the same contents in the same order give the same vectors. Threads take turns: the backbone has
    every core already.

    Args:
        encoder: The frozen encoder.
        cache: Of this encoder's vectors; what is encoded is added to it. None keeps nothing.
        remembered_bytes: The least recently used vectors are forgotten above this.
    """

    def __init__(
        self, encoder: FrozenEncoder, cache: FeatureCache | None = None, remembered_bytes: int = _REMEMBERED_BYTES
    ):
        self.encoder = encoder
        self._cache = cache
        self._counts: collections.Counter[str] = collections.Counter()
        self._proved = False
        self._turn = threading.Lock()
        self._most = max(1, remembered_bytes // (4 * encoder.width))
        self._vectors: OrderedDict[bytes, np.ndarray] = OrderedDict()
        self._call = tf.function(encoder, input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
        self._threads = ThreadPoolExecutor(_AT_ONCE)

    def __call__(self, contents: Sequence[bytes]) -> list[np.ndarray]:
        """Encode contents.

        Args:
            contents: Pictures (encoded bytes) or texts (UTF-8); the more, the better texts can be sorted.

        Returns:
            One float32 vector of shape (width,) each.

        Raises:
            InputError: The encoder's vectors cannot be relied on, see `FrozenEncoder.prove`.
        """
        digests = [hashlib.sha256(content).digest() for content in contents]
        with self._turn:
            new = {d: c for d, c in zip(digests, contents, strict=True) if d not in self._vectors}
            if self._cache is not None:
                self._look_up(self._cache, new)
            self._encode_all(new)
            found = []
            for digest in digests:
                self._vectors.move_to_end(digest)
                found.append(self._vectors[digest])
            while len(self._vectors) > self._most:
                self._vectors.popitem(last=False)
        return found

    def take_counts(self) -> dict[str, int]:
        """Return what was counted since this was last called.

        Returns:
            `forwards`: contents that went through the encoder; with a cache also `hits` and `misses`: distinct
            contents that were there or not, and `damaged_segments`.
        """
        with self._turn:
            taken, self._counts = self._counts, collections.Counter()
        return dict(taken)

    def _look_up(self, cache: FeatureCache, new: dict[bytes, bytes]) -> None:
        """Take what the cache has out of `new`."""
        damaged = cache.damaged
        known = cache.get([*new])
        self._vectors.update(known)
        for digest in known:
            del new[digest]
        self._counts.update({HITS: len(known), MISSES: len(new), DAMAGED: cache.damaged - damaged})

    def _encode_all(self, new: dict[bytes, bytes]) -> None:
        ordered = sorted(new, key=lambda digest: len(new[digest]))
        if ordered and not self._proved:
            spread = ordered[:: -(-len(ordered) // _PROVED)]
            self.encoder.prove(tf.constant([new[digest] for digest in spread], tf.string))
            self._proved = True
        batches = [ordered[start : start + _BATCH] for start in range(0, len(ordered), _BATCH)]
        encoded = self._threads.map(self._encode, ([new[digest] for digest in batch] for batch in batches))
        fresh: dict[bytes, np.ndarray] = {}
        for batch, vectors in zip(batches, encoded, strict=True):
            fresh.update(zip(batch, vectors, strict=True))
            if len(fresh) >= _KEPT_AT_ONCE or batch is batches[-1]:
                self._keep(fresh)
                fresh = {}
        self._counts[FORWARDS] += len(new)

    def _keep(self, fresh: dict[bytes, np.ndarray]) -> None:
        self._vectors.update(fresh)
        if self._cache is not None:
            self._cache.put([*fresh], np.stack([*fresh.values()]))

    def _encode(self, contents: Sequence[bytes]) -> np.ndarray:
        return self._call(tf.constant(contents, tf.string)).numpy()
