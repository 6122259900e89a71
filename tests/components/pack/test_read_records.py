"""A damaged file of records gives up all that stands before the damage, and says where it is."""

from __future__ import annotations

import gzip
import io
import random
import struct
from collections.abc import Callable

import pytest
import tensorflow as tf

from components.pack.read_records import Damage, Record, masked_crc, read_records
from components.pack.record_file import RecordFile
from components.pairs.reasons import Reason

RECORDS = [(b"word%d " % number) * random.Random(number).randint(1, 300) for number in range(400)]
FRAME = 16


class _Kept(io.BytesIO):
    def close(self) -> None:
        """Its content is still wanted."""


def plain() -> bytes:
    file = _Kept()
    with RecordFile(file) as records:
        for record in RECORDS:
            records.write(record)
    return gzip.decompress(file.getvalue())


def read(content: bytes, compressed: bool, max_bytes: int = 10_000) -> tuple[list[bytes], list[Damage]]:
    items = list(read_records(io.BytesIO(content), compressed, max_bytes))
    assert [item.number for item in items] == list(range(1, len(items) + 1))
    return [item.data for item in items if isinstance(item, Record)], [i for i in items if isinstance(i, Damage)]


def begins(number: int) -> int:
    """Where a record begins in the uncompressed file, numbers from 1."""
    return sum(len(record) + FRAME for record in RECORDS[: number - 1])


def whole_in(content: bytes) -> int:
    """How many records stand whole in so many uncompressed bytes."""
    return sum(begins(number + 1) <= len(content) for number in range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("compressed", [False, True])
def test_whole_file_is_read_as_tensorflow_wrote_it(compressed: bool, tmp_path) -> None:
    path = tmp_path / "file"
    with tf.io.TFRecordWriter(str(path), "GZIP" if compressed else "") as writer:
        for record in RECORDS:
            writer.write(record)
    assert read(path.read_bytes(), compressed) == (RECORDS, [])


def test_file_that_is_written_is_read_by_tensorflow(tmp_path) -> None:
    path = tmp_path / "file.gz"
    with RecordFile(path.open("wb")) as file:
        for record in RECORDS:
            file.write(record)
    assert list(tf.data.TFRecordDataset(str(path), "GZIP").as_numpy_iterator()) == RECORDS


def test_file_of_several_members_and_a_padding_is_one_file() -> None:
    half = gzip.compress(plain())
    assert read(half + half + b"\0" * 512, compressed=True) == (RECORDS * 2, [])


@pytest.mark.parametrize("level", [0, 1, 9])
@pytest.mark.parametrize("share", [0.02, 0.31, 0.5, 0.9, 0.999])
def test_cut_file_gives_up_every_record_that_is_whole(level: int, share: float) -> None:
    content = gzip.compress(plain(), level)
    cut = content[: int(len(content) * share)]
    records, damage = read(cut, compressed=True)
    there = gzip.zlib.decompressobj(31).decompress(cut)
    assert records == RECORDS[: whole_in(there)]
    assert [(each.reason, each.offset) for each in damage] == [(Reason.RECORD_LOST, begins(len(records) + 1))]


@pytest.mark.parametrize("seed", range(12))
def test_flipped_bit_in_a_compressed_file_costs_nothing_before_it(seed: int) -> None:
    content = bytearray(gzip.compress(plain(), 9))
    place = random.Random(seed).randrange(20, len(content) - 8)
    before = gzip.zlib.decompressobj(31).decompress(bytes(content[:place]))
    content[place] ^= 1 << (seed % 8)
    records, damage = read(bytes(content), compressed=True)
    least = whole_in(before) - 1  # zlib holds back what its next code may still change.
    assert records[:least] == RECORDS[:least]
    assert damage and all(each.offset >= begins(least) for each in damage)
    assert set(records) <= set(RECORDS)


def test_damaged_content_costs_that_record_alone() -> None:
    content = bytearray(plain())
    content[begins(7) + 12] ^= 1
    records, damage = read(bytes(content), compressed=False)
    assert records == RECORDS[:6] + RECORDS[7:]
    assert [(each.number, each.offset, each.reason) for each in damage] == [(7, begins(7), Reason.RECORD_DAMAGED)]


@pytest.mark.parametrize("byte", [0, 7, 8, 11])
def test_damaged_length_ends_the_file(byte: int) -> None:
    content = bytearray(plain())
    content[begins(7) + byte] ^= 1
    records, damage = read(bytes(content), compressed=False)
    assert records == RECORDS[:6]
    assert [(each.number, each.offset, each.reason) for each in damage] == [(7, begins(7), Reason.RECORD_LOST)]


def test_record_beyond_the_bound_is_passed_over() -> None:
    records, damage = read(plain(), compressed=False, max_bytes=1000)
    assert records == [record for record in RECORDS if len(record) <= 1000]
    assert {each.reason for each in damage} == {Reason.RECORD_TOO_LARGE}


def test_length_that_no_record_has_is_damage_however_well_it_is_summed() -> None:
    length = struct.pack("<Q", 1 << 60)
    content = length + struct.pack("<I", masked_crc(length)) + b"x" * 50
    ((only,),) = [read(content, compressed=False)[1]]
    assert (only.reason, only.offset) == (Reason.RECORD_LOST, 0)


@pytest.mark.parametrize("make", [lambda: b"", lambda: gzip.compress(b"")])
def test_empty_file_holds_nothing(make: Callable[[], bytes]) -> None:
    assert read(make(), compressed=bool(make())) == ([], [])
