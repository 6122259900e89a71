"""One segment of a feature cache: an immutable Arrow file that is named by the digest of its bytes."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from components.feature_cache.place import Place

ENDING = ".arrow"
DIGEST, VECTOR = "digest", "vector"
ENCODER, NAME = b"fusegate.encoder", b"fusegate.name"
DIGEST_BYTES = 32
_PREFIX_BYTES = 8
_BLOCK = 1 << 20


def prefixes(digests: bytes) -> np.ndarray:
    """Return the first 8 bytes of each of the 32-byte digests in a row, as numbers that sort as the digests do."""
    rows = np.frombuffer(digests, np.uint8).reshape(-1, DIGEST_BYTES)
    return np.ascontiguousarray(rows[:, :_PREFIX_BYTES]).view(">u8").ravel().astype(np.uint64)


def is_whole(folder: Place, name: str) -> bool:
    """Tell whether a segment's bytes have the digest that it is named by; it is read once, in blocks.

    Raises:
        OSError: It cannot be read; FileNotFoundError: it has gone.
    """
    digest = hashlib.sha256()
    with folder.files.open_input_stream(folder.file(name)) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest() == name.removesuffix(ENDING)


@dataclasses.dataclass(frozen=True)
class Segment:
    """Where each vector of a segment lies. Of the segment itself nothing is held, and no file stays open.

    Attributes:
        folder: The folder of the encoder.
        name: The file's name.
        keys: uint64 of shape (rows,): the first 8 bytes of each digest, sorted.
        rows: int32 of shape (rows,): the row of each key.
        ends: int64 of shape (batches,): the row after each record batch.
    """

    folder: Place
    name: str
    keys: np.ndarray
    rows: np.ndarray
    ends: np.ndarray

    @classmethod
    def load(cls, folder: Place, name: str) -> Segment:
        """Read a segment's digests, and no vectors.

        Raises:
            pa.ArrowException: The file is no segment.
            OSError: It cannot be read; FileNotFoundError: it has gone.
        """
        with folder.files.open_input_file(folder.file(name)) as file:
            reader = pa.ipc.open_file(file, options=pa.ipc.IpcReadOptions(included_fields=[0]))
            if reader.schema.field(0) != pa.field(DIGEST, pa.binary(DIGEST_BYTES)):
                raise pa.ArrowInvalid(f"the first column must be {DIGEST}. Received: {reader.schema.field(0)}")
            columns = [reader.get_batch(number).column(0) for number in range(reader.num_record_batches)]
        keys = prefixes(b"".join(column.buffers()[1].to_pybytes() for column in columns))
        rows = np.argsort(keys, kind="stable").astype(np.int32)
        return cls(folder, name, keys[rows], rows, np.cumsum([len(column) for column in columns], dtype=np.int64))

    def find(self, wanted: np.ndarray) -> np.ndarray:
        """Return the rows whose digests begin like one of the wanted; what they are is seen when they are read.

        Args:
            wanted: uint64 of shape (digests,), as `prefixes` makes them.

        Returns:
            int32 of shape (found,), ascending.
        """
        starts = np.searchsorted(self.keys, wanted, "left")
        ends = np.searchsorted(self.keys, wanted, "right")
        there = starts < ends
        found = [self.rows[start:end] for start, end in zip(starts[there], ends[there], strict=True)]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int32)

    def read(self, rows: np.ndarray) -> Iterator[tuple[bytes, np.ndarray]]:
        """Read some rows, a record batch at a time.

        Args:
            rows: int32, ascending, as `find` returns them.

        Yields:
            A digest and its vector, float32 of shape (width,).

        Raises:
            pa.ArrowException: The file is no segment.
            OSError: It cannot be read; FileNotFoundError: it has gone.
        """
        with self.folder.files.open_input_file(self.folder.file(self.name)) as file:
            reader = pa.ipc.open_file(file)
            batch_of = np.searchsorted(self.ends, rows, "right")
            for number in np.unique(batch_of).tolist():
                batch = reader.get_batch(number)
                digests, vectors = batch.column(0), vectors_of(batch)
                first = self.ends[number] - batch.num_rows
                for row in (rows[batch_of == number] - first).tolist():
                    yield digests[row].as_py(), vectors[row].copy()


def vectors_of(batch: Any) -> np.ndarray:
    """Return a record batch's vectors, float32 of shape (rows, width), without copying them.

    Raises:
        pa.ArrowException: The batch has no column of vectors.
    """
    width = width_of(batch.schema)
    return batch.column(VECTOR).flatten().to_numpy(zero_copy_only=True).reshape(batch.num_rows, width)


def width_of(schema: pa.Schema) -> int:
    """Return the length of a segment's vectors.

    Raises:
        pa.ArrowException: The schema has no such column.
    """
    kind = schema.field(VECTOR).type if VECTOR in schema.names else pa.null()
    if not (pa.types.is_fixed_size_list(kind) and kind.value_type == pa.float32()):
        raise pa.ArrowInvalid(f"the column {VECTOR} must be lists of float32. Received: {schema}")
    return kind.list_size
