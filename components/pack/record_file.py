"""Write a file of TFRecords as gzip that is not compressed further."""

from __future__ import annotations

import gzip
import struct
from typing import Any, BinaryIO

from components.pack.read_records import masked_crc


class RecordFile:
    """TFRecords in a gzip file.

    JPEG and PNG are compressed already: to compress them once more saves nothing and takes as long as to decode them.

    Args:
        file: The file, open for writing; it is closed with this one.

    Example:
        >>> import io
        >>> records = RecordFile(io.BytesIO())
        >>> records.write(b"content")
        >>> records.close()
    """

    def __init__(self, file: BinaryIO):
        self._file = file
        self._gzip = gzip.GzipFile(filename="", mode="wb", compresslevel=0, fileobj=file, mtime=0)

    def write(self, record: bytes) -> None:
        """Write one record."""
        length = struct.pack("<Q", len(record))
        self._gzip.write(length + struct.pack("<I", masked_crc(length)))
        self._gzip.write(record)
        self._gzip.write(struct.pack("<I", masked_crc(record)))

    def close(self) -> None:
        """Complete the file."""
        self._gzip.close()
        self._file.close()

    def __enter__(self) -> RecordFile:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
