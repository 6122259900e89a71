"""What packing sets apart is kept as it came: as far as it can be read, and nothing from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from components.pack.pack import pack
from components.pack.read_records import read_records
from components.pairs.limits import PairLimits
from components.quarantine.record import decode_quarantined


def originals(folder: Path) -> dict[tuple[str, str, str], Any]:
    """The features of each original, by source, reason and id."""
    import tensorflow as tf

    found = {}
    for path in sorted(folder.glob("quarantine/records-*.tfrecord.gz")):
        with path.open("rb") as file:
            for item in read_records(file, True, 1 << 26):
                key, record = decode_quarantined(item.data)
                assert key not in found
                found[key] = tf.train.Example.FromString(record).features.feature
    return found


def by_id(folder: Path) -> dict[str, Any]:
    return {pair_id: features for (_, _, pair_id), features in originals(folder).items()}


def test_original_has_the_bytes_of_picture_and_text_and_the_label_as_given(memes: Any, tmp_path: Path) -> None:
    memes.add()
    memes.add()
    torn = memes.picture(7, "JPEG")[:200]
    memes.add(torn, id="torn", language="de", year=1999, tags=["a"], text_vector=[0.5, 1])
    memes.add(id="latin", text="caf\udce9")
    labels = {"word": "yes", "whole": 7, "truth": True, "part": 0.5, "list": [1]}
    for pair_id, label in labels.items():
        memes.add(id=pair_id, label=label)
    path = memes.folder / "manifest.jsonl"
    lines = [json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogateescape") for row in memes.rows]
    path.write_bytes(b"\n".join(lines))
    pack(path, tmp_path, span=1, slices=("language", "year", "tags"))
    found = by_id(tmp_path / "span-1")
    assert found.keys() == {"torn", "latin", *labels}
    assert found["torn"]["image"].bytes_list.value == [torn]
    assert found["torn"]["text"].bytes_list.value == [b"text 2"]
    assert found["torn"]["language"].bytes_list.value == [b"de"]
    assert found["torn"]["year"].int64_list.value == [1999]
    assert found["torn"]["tags"].bytes_list.value == [b'["a"]']
    assert found["torn"]["text_vector"].float_list.value == [0.5, 1]
    assert found["latin"]["text"].bytes_list.value == [b"caf\xe9"]
    assert found["latin"]["image"].bytes_list.value == [(memes.folder / "img/3.png").read_bytes()]
    assert found["word"]["label"].bytes_list.value == [b"yes"]
    assert found["whole"]["label"].int64_list.value == [7]
    assert found["truth"]["label"].bytes_list.value == [b"true"]
    assert found["part"]["label"].float_list.value == [0.5]
    assert found["list"]["label"].bytes_list.value == [b"[1]"]


def test_every_line_of_the_index_has_its_record_and_the_place_of_its_row(memes: Any, tmp_path: Path) -> None:
    for _ in range(12):
        memes.add()
    memes.add(id="m0", text="the id of another")
    memes.add(id="no picture", img="img/none.png")
    memes.add(id=[1], text="\ud83d")
    manifest = memes.jsonl('{"id": "half')
    pack(manifest, tmp_path, span=1, shards=3)
    rows = [json.loads(line) for line in (tmp_path / "span-1" / "quarantine.jsonl").read_text().splitlines()]
    found = originals(tmp_path / "span-1")
    assert {(row["source"], row["reason"], row["id"]) for row in rows} == found.keys()
    assert [row["reason"] for row in rows] == ["id_duplicate", "image_missing", "id_invalid", "manifest_line_invalid"]
    content = manifest.read_bytes()
    for row in rows:
        line = int(row["source"].rpartition(":")[2])
        assert content[row["offset"] :].splitlines()[0] == content.splitlines()[line - 1]
    sizes = {reason: len(features) for (_, reason, _), features in found.items()}
    assert sizes == {"id_duplicate": 4, "image_missing": 3, "id_invalid": 4, "manifest_line_invalid": 0}


def test_file_from_outside_or_beyond_the_limit_is_not_copied(memes: Any, tmp_path: Path) -> None:
    memes.add()
    memes.add()
    (tmp_path / "secret.png").write_bytes(memes.picture(9))
    (memes.folder / "img" / "link.png").symlink_to(tmp_path / "secret.png")
    memes.add(id="out", img="../secret.png")
    memes.add(id="link", img="img/link.png")
    memes.add(b"\x89PNG" + bytes(5000), id="large")
    pack(memes.jsonl(), tmp_path, span=1, limits=PairLimits(max_image_bytes=4000))
    found = by_id(tmp_path / "span-1")
    assert found.keys() == {"out", "link", "large"}
    assert all("image" not in features for features in found.values())


def test_tree_keeps_the_half_that_is_there(memes: Any, tmp_path: Path) -> None:
    for name in ("0/a", "1/b", "1/bad"):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".jpg").write_bytes(memes.picture(3, "JPEG"))
        path.with_suffix(".txt").write_text(f"text of {name}")
    (tmp_path / "tree/1/bad.json").write_text("[1, 2")
    (tmp_path / "tree/1/alone.txt").write_text("alone")
    (tmp_path / "tree/1/mute.jpg").write_bytes(memes.picture(4, "JPEG"))
    pack(tmp_path / "tree", tmp_path, span=1)
    found = {reason: features for (_, reason, _), features in originals(tmp_path / "span-1").items()}
    assert found["text_without_image"]["text"].bytes_list.value == [b"alone"]
    assert "image" not in found["text_without_image"]
    assert found["image_without_text"]["image"].bytes_list.value == [memes.picture(4, "JPEG")]
    assert found["sidecar_invalid"]["text"].bytes_list.value == [b"text of 1/bad"]
    assert found["sidecar_invalid"]["image"].bytes_list.value == [memes.picture(3, "JPEG")]
    rows = [json.loads(line) for line in (tmp_path / "span-1" / "quarantine.jsonl").read_text().splitlines()]
    assert {row["offset"] for row in rows} == {None}


def test_span_without_rejections_has_no_quarantine_folder(memes: Any, tmp_path: Path) -> None:
    memes.add()
    memes.add()
    pack(memes.jsonl(), tmp_path, span=1)
    assert not (tmp_path / "span-1" / "quarantine").exists()


@pytest.mark.parametrize("vector", ["none.npy", "../out.npy", {"a": 1}, ["x"], [1e999]])
def test_vector_that_cannot_be_read_is_left_out(memes: Any, tmp_path: Path, vector: Any) -> None:
    memes.add()
    memes.add()
    memes.add(id="bad", text_vector=vector, label=9)
    pack(memes.jsonl(), tmp_path, span=1)
    values = by_id(tmp_path / "span-1")["bad"]
    assert values["label"].int64_list.value == [9]
    assert vector == [float("inf")] or "text_vector" not in values
