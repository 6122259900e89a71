"""Write records to files in a Beam pipeline."""

from __future__ import annotations

from typing import Any

import apache_beam as beam
from apache_beam.coders import BytesCoder
from apache_beam.io.filebasedsink import FileBasedSink
from apache_beam.io.filesystem import CompressionTypes

from components.pack.record_file import RecordFile


class WriteRecords(beam.PTransform):
    """Writes records to `PREFIX-NNNNN-of-NNNNN.tfrecord.gz`, as `components.pack.record_file` writes them.

    Args:
        prefix: Path that the files' names begin with.
    """

    def __init__(self, prefix: str):
        super().__init__()
        self._prefix = prefix

    def expand(self, records: beam.PCollection) -> Any:
        return records | beam.io.Write(_RecordSink(self._prefix))


class _RecordSink(FileBasedSink):
    """Beam's own sink compresses at a level that takes longer than to decode the pictures."""

    def __init__(self, prefix: str):
        super().__init__(
            prefix,
            BytesCoder(),
            file_name_suffix=".tfrecord.gz",
            compression_type=CompressionTypes.UNCOMPRESSED,
        )

    def open(self, temp_path: str) -> RecordFile:
        return RecordFile(super().open(temp_path))

    def write_encoded_record(self, file_handle: RecordFile, encoded_value: bytes) -> None:
        file_handle.write(encoded_value)
