"""From a manifest to a span, with everything that can be wrong with a pair."""

from __future__ import annotations

import json
import struct
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from components.pack.pack import pack
from components.pairs.limits import PairLimits


def huge_png(side: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_records_hold_the_pairs_as_they_were(memes: Any, read_span: Any, tmp_path: Path) -> None:
    for number in range(4):
        memes.add(text=f"  грустный кот {number} ")
    summary = pack(memes.jsonl(), tmp_path / "data", span=3)
    assert (summary.read, summary.packed, summary.labels, summary.quarantined) == (4, 4, {"0": 2, "1": 2}, {})
    assert read_span(tmp_path / "data" / "span-3") == [
        {
            "id": f"m{number}".encode(),
            "image": memes.picture(number),
            "text": f"грустный кот {number}".encode(),
            "label": number % 2,
        }
        for number in range(4)
    ]


def test_vectors_of_texts_are_packed_from_lists_and_files_and_bad_ones_are_set_apart(
    memes: Any, read_quarantine: Any, tmp_path: Path
) -> None:
    np.save(memes.folder / "v.npy", np.array([[0.5, -2.0]]))
    memes.add(text_vector=[0.25, 1])
    memes.add(text_vector="v.npy")
    memes.add()
    memes.add(text_vector=[0.1, float("nan")])
    memes.add(text_vector="../../v.npy")
    memes.add(text_vector="none.npy")
    memes.add(text_vector=["0.1"])
    summary = pack(memes.jsonl(), tmp_path / "data", span=1)
    assert (summary.packed, summary.ignored_columns) == (3, ())
    reasons = {row["id"]: row["reason"] for row in read_quarantine(tmp_path / "data" / "span-1")}
    assert reasons == {
        "m3": "text_vector_not_finite",
        "m4": "text_vector_invalid",
        "m5": "text_vector_missing",
        "m6": "text_vector_invalid",
    }
    records = tf.data.TFRecordDataset(str(tmp_path / "data" / "span-1" / "pairs-00000-of-00001.tfrecord.gz"), "GZIP")
    features = [tf.train.Example.FromString(record).features.feature for record in records.as_numpy_iterator()]
    assert [list(each["text_vector"].float_list.value) for each in features[:2]] == [[0.25, 1.0], [0.5, -2.0]]
    assert "text_vector" not in features[2]


def test_every_unusable_pair_is_quarantined_with_its_id_and_reason(
    memes: Any, read_span: Any, read_quarantine: Any, tmp_path: Path
) -> None:
    jpeg = memes.picture(5, "JPEG", size=(64, 64))
    (tmp_path / "outside.png").write_bytes(memes.picture(0))
    memes.add(id="good-0", label=0)
    memes.add(id="missing", img="img/none.png")
    memes.add(id="truncated", image=jpeg[: len(jpeg) // 2])
    memes.add(id="empty text", text="  ")
    memes.add(id="label 2", label=2)
    memes.add(id="good-1", label=1)
    memes.add(id="good-1", label=0)
    memes.add(id="outside", img="../outside.png")
    memes.add(id="huge", image=huge_png(30_000))
    memes.add(id="gif", image=memes.picture(9, "GIF"))
    memes.add(id="cmyk", image=memes.picture(10, "JPEG", mode="CMYK"))
    memes.add(id=None)
    summary = pack(memes.jsonl('{"id": "broken", '), tmp_path / "data", span=1)
    span = tmp_path / "data" / "span-1"
    assert [(each["id"], each["reason"], each["source"]) for each in read_quarantine(span)] == [
        ("missing", "image_missing", "manifest.jsonl:2"),
        ("truncated", "image_not_decodable", "manifest.jsonl:3"),
        ("empty text", "text_empty", "manifest.jsonl:4"),
        ("label 2", "label_not_binary", "manifest.jsonl:5"),
        ("good-1", "id_duplicate", "manifest.jsonl:7"),
        ("outside", "image_outside_folder", "manifest.jsonl:8"),
        ("huge", "image_too_many_pixels", "manifest.jsonl:9"),
        ("", "id_missing", "manifest.jsonl:12"),
        ("", "manifest_line_invalid", "manifest.jsonl:13"),
    ]
    assert {record["id"] for record in read_span(span)} == {b"good-0", b"good-1", b"gif", b"cmyk"}
    assert summary.read == 13 == summary.packed + sum(summary.quarantined.values())
    assert json.loads((span / "pack.json").read_text()) == {
        "fusegate": summary.fusegate,
        "manifest": "manifest.jsonl",
        "manifest_sha256": summary.manifest_sha256,
        "ignored_columns": [],
        "slices": [],
        "shards": 1,
        "records": {"pairs-00000-of-00001.tfrecord.gz": 4},
        "read": 13,
        "packed": 4,
        "labels": {"0": 2, "1": 2},
        "quarantined": dict.fromkeys(sorted(each["reason"] for each in read_quarantine(span)), 1),
    }


def test_first_usable_pair_with_an_id_is_kept(memes: Any, read_span: Any, read_quarantine: Any, tmp_path: Path) -> None:
    memes.add(id="0", label=0)
    memes.add(id=7, img="none.png")
    memes.add(id="7", text="second", label=1)
    memes.add(id=7, text="third", label=1)
    pack(memes.jsonl(), tmp_path, span=1, shards=3)
    assert {record["id"]: record["text"] for record in read_span(tmp_path / "span-1")} == {
        b"0": b"text 0",
        b"7": b"second",
    }
    assert [each["reason"] for each in read_quarantine(tmp_path / "span-1")] == ["image_missing", "id_duplicate"]
    assert "manifest.jsonl:3" in read_quarantine(tmp_path / "span-1")[1]["detail"]


def test_same_input_gives_the_same_files_byte_for_byte(memes: Any, tmp_path: Path) -> None:
    for _ in range(20):
        memes.add()
    memes.add(label=5)
    manifest = memes.jsonl()
    spans = []
    for out in (tmp_path / "a", tmp_path / "b"):
        folder = pack(manifest, out, span=1, shards=3).span_folder
        files = [path for path in folder.rglob("*") if path.is_file()]
        spans.append({str(path.relative_to(folder)): path.read_bytes() for path in files})
    assert spans[0] == spans[1]
    assert sorted(spans[0]) == [
        "pack.json",
        "pairs-00000-of-00003.tfrecord.gz",
        "pairs-00001-of-00003.tfrecord.gz",
        "pairs-00002-of-00003.tfrecord.gz",
        "quarantine.jsonl",
        "quarantine/records-00000-of-00003.tfrecord.gz",
    ]


def test_shard_of_a_pair_does_not_depend_on_the_others(memes: Any, read_span: Any, tmp_path: Path) -> None:
    for _ in range(12):
        memes.add()
    pack(memes.jsonl(), tmp_path, span=1, shards=2)
    memes.rows = memes.rows[:6]
    pack(memes.jsonl(), tmp_path, span=2, shards=2)
    for shard in ("pairs-00000-of-00002.tfrecord.gz", "pairs-00001-of-00002.tfrecord.gz"):
        folders = [tmp_path / name for name in ("one", "two")]
        for folder, span in zip(folders, ("span-1", "span-2"), strict=True):
            folder.mkdir(exist_ok=True)
            (tmp_path / span / shard).rename(folder / "only.tfrecord.gz")
        whole, part = ([record["id"] for record in read_span(folder)] for folder in folders)
        kept = [row["id"].encode() for row in memes.rows]
        assert part == [each for each in whole if each in kept]


def test_more_shards_than_pairs_gives_empty_files_not_missing_ones(memes: Any, read_span: Any, tmp_path: Path) -> None:
    memes.add()
    memes.add()
    summary = pack(memes.jsonl(), tmp_path, span=1, shards=5)
    assert summary.shards == len(list((tmp_path / "span-1").glob("*.tfrecord.gz"))) == 5
    assert Counter(record["label"] for record in read_span(tmp_path / "span-1")) == {0: 1, 1: 1}


def test_csv_gives_the_same_records_as_jsonl(memes: Any, read_span: Any, tmp_path: Path) -> None:
    for _ in range(4):
        memes.add(text='a "quoted", text\nof two lines')
    pack(memes.jsonl(), tmp_path, span=1)
    pack(memes.csv(encoding="utf-8-sig"), tmp_path, span=2)
    assert read_span(tmp_path / "span-1") == read_span(tmp_path / "span-2")


def test_further_columns_are_named_not_read(memes: Any, tmp_path: Path) -> None:
    memes.add(source="web", split="dev")
    memes.add(source="web")
    assert pack(memes.jsonl(), tmp_path, span=1).ignored_columns == ("source", "split")


def test_images_can_stand_in_a_folder_of_their_own(memes: Any, tmp_path: Path) -> None:
    memes.add()
    memes.add()
    manifest = memes.jsonl().rename(tmp_path / "elsewhere.jsonl")
    assert pack(manifest, tmp_path, span=1, images=memes.folder).packed == 2


def test_limits_and_empty_texts_are_as_asked(memes: Any, tmp_path: Path) -> None:
    memes.add(text="")
    memes.add(text="")
    memes.add(text="far too long")
    limits = PairLimits(allow_empty_text=True, max_text_chars=5)
    summary = pack(memes.jsonl(), tmp_path, span=1, limits=limits)
    assert (summary.packed, summary.quarantined) == (2, {"text_too_long": 1})
