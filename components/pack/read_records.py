"""Read the records of a TFRecord file as far as they are whole, and say where they are not."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import google_crc32c

from components.pairs.reasons import Reason

_CHUNK = 1 << 16
_HEADER = struct.Struct("<QI")
_CHECKSUM = struct.Struct("<I")
# Protobuf's own bound: whatever claims to be longer is no example, but damage.
_MAX_RECORD = 1 << 31
_GZIP = 31


class BinaryFile(Protocol):
    """A file that is read in pieces."""

    def read(self, size: int, /) -> bytes:
        """Returns at most so many bytes; none at the end."""


@dataclass(frozen=True)
class Record:
    """A whole record.

    Args:
        number: Its number in the file, from 1.
        data: Its content.
        offset: Where it begins, in bytes of the uncompressed file.
    """

    number: int
    data: bytes
    offset: int


@dataclass(frozen=True)
class Damage:
    """A record that cannot be read.

    Args:
        number: Its number in the file, from 1.
        offset: Where it begins, in bytes of the uncompressed file.
        reason: `record_damaged` or `record_too_large` for this record alone; `record_lost` for all from here on.
        fault: What is wrong, as a sentence without its full stop.
    """

    number: int
    offset: int
    reason: Reason
    fault: str


def read_records(file: BinaryFile, compressed: bool, max_bytes: int) -> Iterator[Record | Damage]:
    """Yields the records of a file, checking every checksum; damage is yielded in its place.

    A record whose content is damaged or too large is passed over, for its length still tells where the next begins;
    a damaged length or compression ends the file. No more than one record and a little is in memory.

    Args:
        file: The file, open at its start.
        compressed: Whether it is gzip.
        max_bytes: A larger record is passed over unread.

    Example:
        >>> import io
        >>> list(read_records(io.BytesIO(b"short"), compressed=False, max_bytes=100))[0].reason.value
        'record_lost'

    Reference:
        https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
    """
    source = _Source(_inflate(file) if compressed else iter(lambda: file.read(_CHUNK), b""))
    number = 0
    while True:
        number += 1
        offset = source.offset
        header = source.take(_HEADER.size)
        if not header and not source.fault:
            return
        length, checksum = _HEADER.unpack(header) if len(header) == _HEADER.size else (0, None)
        if checksum != masked_crc(header[:8]) or length > _MAX_RECORD:
            fault = source.fault or ("The length's checksum is wrong" if checksum is not None else _ENDS)
            yield Damage(number, offset, Reason.RECORD_LOST, fault)
            return
        body = _body(source, length, max_bytes)
        if isinstance(body, Reason):
            fault = source.fault or _ENDS if body is Reason.RECORD_LOST else _FAULTS[body].format(length=length)
            yield Damage(number, offset, body, fault)
            if body is Reason.RECORD_LOST:
                return
        else:
            yield Record(number, body, offset)


_ENDS = "The file ends in the middle of a record"
_FAULTS = {
    Reason.RECORD_TOO_LARGE: "The record has {length:,} bytes",
    Reason.RECORD_DAMAGED: "The checksum of the record's {length:,} bytes is wrong",
}


def masked_crc(data: bytes) -> int:
    """Returns the checksum that TFRecords keep: CRC-32C, rotated and shifted."""
    crc = google_crc32c.value(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def _body(source: _Source, length: int, max_bytes: int) -> bytes | Reason:
    if length > max_bytes:
        whole = source.skip(length + _CHECKSUM.size)
        return Reason.RECORD_TOO_LARGE if whole else Reason.RECORD_LOST
    data, checksum = source.take(length), source.take(_CHECKSUM.size)
    if len(checksum) < _CHECKSUM.size:
        return Reason.RECORD_LOST
    return data if _CHECKSUM.unpack(checksum)[0] == masked_crc(data) else Reason.RECORD_DAMAGED


class _Source:
    """Bytes out of chunks; a fault of the compression ends them and is kept."""

    def __init__(self, chunks: Iterator[bytes]):
        self._chunks = chunks
        self._held = memoryview(b"")
        self.offset = 0
        self.fault = ""

    def take(self, size: int) -> bytes:
        """Returns so many bytes, or what is left of them."""
        return b"".join(self._pieces(size))

    def skip(self, size: int) -> bool:
        """Passes over so many bytes and tells whether they were there."""
        return sum(map(len, self._pieces(size))) == size

    def _pieces(self, size: int) -> Iterator[memoryview]:
        while size and (self._held or self._refill()):
            piece, self._held = self._held[:size], self._held[size:]
            size -= len(piece)
            self.offset += len(piece)
            yield piece

    def _refill(self) -> bool:
        try:
            self._held = memoryview(next(self._chunks, b""))
        except zlib.error as error:
            self.fault = f"The compression is damaged ({error})"
        return bool(self._held)


def _inflate(file: BinaryFile) -> Iterator[bytes]:
    """Yields what a gzip file holds, to the last byte before damage, and then raises `zlib.error`."""
    member, data = zlib.decompressobj(_GZIP), b""
    begun = False
    while True:
        data = data or file.read(_CHUNK)
        if not data and not begun:
            return
        begun = True
        before = member.copy()
        try:
            out = member.decompress(data, _CHUNK)
        except zlib.error:
            yield from _byte_by_byte(before, data)
            raise
        if out:
            yield out
        elif not data and not member.eof:
            raise zlib.error("the file ends before its compression does")
        data = member.unconsumed_tail
        if member.eof:  # Another member may follow, or a padding of zeros.
            data, member, begun = member.unused_data.lstrip(b"\0"), zlib.decompressobj(_GZIP), False


def _byte_by_byte(member: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """Yields what stands before the fault: where zlib fails, it keeps back what it had of the same piece."""
    for place in range(len(data)):
        try:
            out = member.decompress(data[place : place + 1])
        except zlib.error:
            return
        if out:
            yield out
