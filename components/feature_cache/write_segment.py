"""Write a segment of a feature cache: beside its place, then there by one rename."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from components.feature_cache.place import Place
from components.feature_cache.segment import DIGEST, DIGEST_BYTES, ENCODER, ENDING, NAME, VECTOR

PARTIAL = ".partial"
# A record batch is what is read at a time for one of its rows.
_BATCH_BYTES = 1 << 20


class _Digesting:
    """A file for pyarrow that digests what is written through it."""

    closed = False

    def __init__(self, file: Any):
        self._file = file
        self.digest = hashlib.sha256()

    def write(self, content: Any) -> int:
        self.digest.update(content)
        return self._file.write(content)

    def tell(self) -> int:
        return self._file.tell()

    def flush(self) -> None:
        self._file.flush()


def write_segment(
    folder: Place, fingerprint: str, name: str, width: int, pieces: Iterable[tuple[list[bytes], np.ndarray]]
) -> str:
    """Write vectors as one segment. A killed process leaves a `.partial` file and nothing else.

    Nothing is forced to the disk: what a power cut tears has another digest than its name, and is computed anew.

    Args:
        folder: The encoder's folder, which exists.
        fingerprint: The encoder's.
        name: The encoder's name, for people.
        width: Length of a vector.
        pieces: Digests of 32 bytes, with their vectors, float32 of shape (digests, width).

    Returns:
        The segment's name.

    Raises:
        OSError: The folder cannot be written.
    """
    schema = pa.schema(
        [pa.field(DIGEST, pa.binary(DIGEST_BYTES)), pa.field(VECTOR, pa.list_(pa.float32(), width))],
        metadata={ENCODER: fingerprint.encode(), NAME: name.encode()},
    )
    rows = max(1, _BATCH_BYTES // (4 * width))
    partial = f"{uuid.uuid4().hex}{PARTIAL}"
    try:
        with folder.files.open_output_stream(folder.file(partial)) as file:
            digesting = _Digesting(file)
            with pa.ipc.new_file(pa.PythonFile(digesting, mode="w"), schema) as writer:
                for digests, vectors in pieces:
                    for start in range(0, len(digests), rows):
                        end = start + rows
                        writer.write_batch(_batch(digests[start:end], vectors[start:end], schema))
        final = f"{digesting.digest.hexdigest()}{ENDING}"
        folder.files.move(folder.file(partial), folder.file(final))
    except Exception:
        folder.remove(partial)
        raise
    return final


def _batch(digests: list[bytes], vectors: np.ndarray, schema: pa.Schema) -> pa.RecordBatch:
    values = pa.array(np.ascontiguousarray(vectors, np.float32).ravel())
    columns = [
        pa.array(digests, schema.field(DIGEST).type),
        pa.FixedSizeListArray.from_arrays(values, schema.field(VECTOR).type.list_size),
    ]
    return pa.record_batch(columns, schema=schema)
