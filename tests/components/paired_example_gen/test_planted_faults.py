"""Planted faults through the real packing and the real ingest: every pair ends as an example or set apart, rightly."""

from __future__ import annotations

import collections
import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from PIL import Image

from components import keys
from components.pack.pack import pack
from components.pack.read_records import masked_crc
from components.pack.summary import PackSummary
from components.paired_example_gen import counts
from components.pairs.limits import PairLimits
from tests.components.paired_example_gen.faulty import BETWEEN_ROWS, PLANTED, USABLE, jpeg, write_manifest

USABLE_PAIRS = 20
ROWS = USABLE_PAIRS + len(PLANTED) + sum(BETWEEN_ROWS.values())


@dataclass
class World:
    packed: PackSummary
    ingested: Any

    def reasons(self) -> dict[str, str]:
        return {row["id"]: row["reason"] for row in self.ingested.rejected()}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, ingest: Callable[..., Any]) -> World:
    folder = tmp_path_factory.mktemp("planted")
    manifest = write_manifest(folder / "memes", USABLE_PAIRS)
    return World(pack(manifest, folder / "data", 1), ingest(folder / "data"))


def test_more_than_twenty_kinds_are_planted() -> None:
    assert len({planted.kind for planted in PLANTED}) + len(BETWEEN_ROWS) > 20


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.kind)
def test_planted_pair_is_an_example_or_set_apart_with_its_reason(world: World, planted: Any) -> None:
    if planted.becomes == USABLE:
        assert planted.kind in world.ingested.all()
        assert planted.kind not in world.reasons()
    else:
        assert planted.kind not in world.ingested.all()
        assert world.reasons()[planted.kind] == planted.becomes


def test_counts_add_up_to_the_rows_exactly(world: World) -> None:
    by_split = counts.read_examples(world.ingested.examples.mlmd_artifact)
    set_apart = counts.read_quarantine(world.ingested.quarantine.mlmd_artifact)
    examples = sum(sum(labels.values()) for labels in by_split.values())
    assert world.packed.read == ROWS
    assert examples + sum(set_apart.values()) == ROWS
    assert examples == len(world.ingested.all())
    assert collections.Counter(row["reason"] for row in world.ingested.rejected()) == set_apart
    wanted = collections.Counter(planted.becomes for planted in PLANTED if planted.becomes != USABLE)
    assert set_apart == wanted + collections.Counter(BETWEEN_ROWS)


def test_every_example_is_an_upright_8_bit_picture_that_pillow_and_tensorflow_read_alike(world: World) -> None:
    for kind, feature in world.ingested.all().items():
        data = feature[keys.IMAGE].bytes_list.value[0]
        with Image.open(io.BytesIO(data)) as image:
            assert image.mode in ("RGB", "L"), kind
            assert image.size == ((48, 64) if kind == "exif_turned" else (64, 48)), kind
        assert tf.io.decode_image(data).shape[:2] == image.size[::-1], kind


def test_what_packing_set_apart_is_in_the_quarantine_with_its_record(world: World) -> None:
    originals = {}
    for each in world.ingested.originals():
        feature = each.features.feature
        key = tuple(feature[name].bytes_list.value[0].decode() for name in (keys.SOURCE, keys.REASON, keys.ID))
        assert key not in originals
        offset = feature[keys.OFFSET].int64_list.value if keys.OFFSET in feature else [None]
        originals[key] = (offset[0], feature[keys.RECORD].bytes_list.value[0])
    rows = {(row["source"], row["reason"], row["id"]): row["offset"] for row in world.ingested.rejected()}
    assert rows == {key: offset for key, (offset, _) in originals.items()}
    records = {pair_id: tf.train.Example.FromString(record) for (_, _, pair_id), (_, record) in originals.items()}
    images = {planted.kind: planted.image for planted in PLANTED if planted.becomes != USABLE and planted.image}
    for kind, image in images.items():
        assert records[kind].features.feature[keys.IMAGE].bytes_list.value == [image]


def test_nothing_from_outside_the_folder_is_in_an_example_or_in_the_quarantine(world: World) -> None:
    outside = jpeg(900)
    assert all(feature[keys.IMAGE].bytes_list.value[0] != outside for feature in world.ingested.all().values())
    assert all(outside not in record.SerializeToString() for record in world.ingested.originals())


def write(path: Path, records: list[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path), "GZIP") as writer:
        for record in records:
            writer.write(record)


def framed(record: bytes) -> bytes:
    length = struct.pack("<Q", len(record))
    return length + struct.pack("<I", masked_crc(length)) + record + struct.pack("<I", masked_crc(record))


def test_records_that_were_not_packed_are_checked_alike_and_a_torn_file_loses_only_its_tail(
    tmp_path: Path, ingest: Callable[..., Any], example: Callable[..., bytes], picture: Callable[[int], bytes]
) -> None:
    def pair(number: int, **values: Any) -> bytes:
        fields = {"id": f"m{number}", "image": picture(number), "text": f"text {number}", "label": number % 2}
        return example(**fields | values)

    bad = {
        "m101": ("text_not_utf8", {"text": b"caf\xe9"}),
        "m102": ("text_control_character", {"text": "nul\0"}),
        "m103": ("text_too_long", {"text": "x" * 20_000}),
        "m104": ("label_not_binary", {"label": 7}),
        "m105": ("label_missing", {"label": "yes"}),
        "m106": ("image_not_decodable", {"image": b"\xff\xd8\xff"}),
        "m107": ("image_missing", {"image": None}),
        "m108": ("text_missing", {"text": ["two", "texts"]}),
    }
    records = [pair(number) for number in range(12)]
    records += [pair(int(pair_id[1:]), **values) for pair_id, (_, values) in bad.items()]
    span = tmp_path / "data" / "span-1"
    write(span / "pairs-0.tfrecord.gz", records)
    write(span / "pairs-1.tfrecord.gz", [pair(number) for number in range(200, 240)])
    whole = (span / "pairs-1.tfrecord.gz").read_bytes()
    (span / "pairs-1.tfrecord.gz").write_bytes(whole[: len(whole) // 2])
    result = ingest(tmp_path / "data")
    reasons = {row["id"]: row["reason"] for row in result.rejected() if row["id"]}
    assert reasons == {pair_id: reason for pair_id, (reason, _) in bad.items()}
    (lost,) = (row for row in result.rejected() if not row["id"])
    assert lost["reason"] == "record_lost"
    assert lost["source"].startswith("span-1/pairs-1.tfrecord.gz:")
    assert "at byte" in lost["detail"]
    found = result.all().keys()
    assert {f"m{number}" for number in range(12)} <= found
    after = int(lost["source"].rpartition(":")[2])
    assert f"at byte {lost['offset']:,}." in lost["detail"]
    whole_file = b"".join(framed(record) for record in records)
    for row in result.rejected():
        if row["id"]:
            number = int(row["source"].rpartition(":")[2])
            assert whole_file[row["offset"] :].startswith(framed(records[number - 1]))
    assert {pair_id for pair_id in found if int(pair_id[1:]) >= 200} == {f"m{199 + n}" for n in range(1, after)}


def test_text_of_another_encoding_is_read_as_what_the_configuration_names(
    tmp_path: Path, ingest: Callable[..., Any], example: Callable[..., bytes], picture: Callable[[int], bytes]
) -> None:
    texts = {"latin": b"caf\xe9", "utf8": "café".encode(), "neither": b"\x81\x8d"}
    records = [
        example(id=pair_id, image=picture(number), text=text, label=number % 2)
        for number, (pair_id, text) in enumerate(texts.items())
    ]
    write(tmp_path / "data" / "span-1" / "pairs-0.tfrecord.gz", records)
    result = ingest(tmp_path / "data", {"text_encodings": ["utf-8", "cp1252"]})
    read = {pair_id: feature[keys.TEXT].bytes_list.value[0].decode() for pair_id, feature in result.all().items()}
    assert read == {"latin": "café", "utf8": "café"}
    assert {row["id"]: row["reason"] for row in result.rejected()} == {"neither": "text_not_utf8"}


def test_manifest_of_another_encoding_is_packed_as_what_the_limits_name(tmp_path: Path) -> None:
    manifest = write_manifest(tmp_path / "memes", 4)
    limits = PairLimits(text_encodings=("utf-8", "cp1252"))
    assert pack(manifest, tmp_path / "data", 1, limits=limits).quarantined.get("text_not_utf8") is None
