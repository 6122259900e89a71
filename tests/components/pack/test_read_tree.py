"""A folder of pictures with their texts beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from components.errors import InputError
from components.pack.pack import pack
from components.pairs.limits import PairLimits


@pytest.fixture
def tree(memes: Any, tmp_path: Path) -> Any:
    """A function that puts a picture with its texts somewhere in a tree."""

    def put(name: str, text: str | bytes | None = "a text", number: int = 1, **values: Any) -> Path:
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(memes.picture(number, "JPEG"))
        if text is not None:
            path.with_suffix(".txt").write_bytes(text.encode() if isinstance(text, str) else text)
        if values:
            path.with_suffix(".json").write_text(json.dumps(values))
        return path

    return put


def test_label_and_id_come_from_the_path_or_from_json(tree: Any, read_span: Any, tmp_path: Path) -> None:
    tree("0/cat.jpg", "a cat\n", 1)
    tree("deep/1/dog.JPEG", b"\xef\xbb\xbfa dog", 2)
    tree("bird.jpg", "a bird", 3, label=1, id="b-1")
    tree("0/fish.jpg", None, 4).with_suffix(".json").write_text('{"text": "a fish", "label": 1}')
    summary = pack(tmp_path / "tree", tmp_path / "data", span=1)
    assert {(row["id"], row["text"], row["label"]) for row in read_span(tmp_path / "data" / "span-1")} == {
        (b"0/cat", b"a cat", 0),
        (b"deep/1/dog", b"a dog", 1),
        (b"b-1", b"a bird", 1),
        (b"0/fish", b"a fish", 1),
    }
    assert (summary.read, summary.manifest, summary.quarantined) == (4, "tree", {})


def test_whatever_makes_no_pair_is_set_apart_by_its_path(tree: Any, read_quarantine: Any, tmp_path: Path) -> None:
    tree("0/good.jpg")
    tree("1/good.jpg")
    tree("1/good.png")
    tree("1/mute.jpg", None)
    tree("other/no-label.jpg")
    tree("0/utf.jpg", b"caf\xe9")
    tree("0/long.jpg", "x" * 50_000)
    tree("0/json.jpg").with_suffix(".json").write_text("[1, 2")
    tree("0/list.jpg").with_suffix(".json").write_text("[1, 2]")
    (tmp_path / "secret.txt").write_text("secret")
    tree("0/link.jpg", None).with_suffix(".txt").symlink_to(tmp_path / "secret.txt")
    tree("0/orphan.jpg").unlink()
    tree("0/text.jpg").write_text("no picture")
    tree(".hidden/0/x.jpg")
    summary = pack(tmp_path / "tree", tmp_path / "data", span=1)
    assert {row["source"]: row["reason"] for row in read_quarantine(tmp_path / "data" / "span-1")} == {
        "tree/1/good.png": "id_duplicate",
        "tree/1/mute.jpg": "image_without_text",
        "tree/other/no-label.jpg": "label_missing",
        "tree/0/utf.jpg": "text_not_utf8",
        "tree/0/long.jpg": "text_too_long",
        "tree/0/json.jpg": "sidecar_invalid",
        "tree/0/list.jpg": "sidecar_invalid",
        "tree/0/link.jpg": "sidecar_outside_folder",
        "tree/0/orphan.txt": "text_without_image",
        "tree/0/text.jpg": "image_format_unsupported",
    }
    assert summary.read == 12 == summary.packed + sum(summary.quarantined.values())


def test_picture_without_text_is_kept_where_that_is_allowed(tree: Any, read_span: Any, tmp_path: Path) -> None:
    tree("0/a.jpg", None)
    tree("1/b.jpg", None)
    pack(tmp_path / "tree", tmp_path / "data", span=1, limits=PairLimits(allow_empty_text=True))
    assert [row["text"] for row in read_span(tmp_path / "data" / "span-1")] == [b"", b""]


def test_same_tree_gives_the_same_digest_and_a_changed_one_another(tree: Any, tmp_path: Path) -> None:
    tree("0/a.jpg")
    tree("1/b.jpg", language="en")
    digests = [pack(tmp_path / "tree", tmp_path / "data", span=span).manifest_sha256 for span in (1, 2)]
    tree("1/b.jpg", language="de")
    digests.append(pack(tmp_path / "tree", tmp_path / "data", span=3).manifest_sha256)
    assert digests[0] == digests[1] != digests[2]


def test_folder_of_images_beside_a_tree_is_refused(tree: Any, tmp_path: Path) -> None:
    tree("0/a.jpg")
    with pytest.raises(InputError, match="Leave --images out"):
        pack(tmp_path / "tree", tmp_path / "data", span=1, images=tmp_path)


def test_further_columns_are_packed_where_they_are_named(
    tree: Any, memes: Any, read_quarantine: Any, tmp_path: Path
) -> None:
    import tensorflow as tf

    tree("0/a.jpg", language="en", views=7, mood="good")
    tree("1/b.jpg", language="de", verified=True)
    tree("1/c.jpg", language={"is": "en"})
    summary = pack(tmp_path / "tree", tmp_path / "data", span=1, slices=["language", "views", "verified"])
    records = tf.data.TFRecordDataset(str(next((tmp_path / "data" / "span-1").glob("*.gz"))), "GZIP")
    found = [tf.train.Example.FromString(record).features.feature for record in records.as_numpy_iterator()]
    columns = [
        {n: f[n].bytes_list.value[0] for n in ("language", "views", "verified", "mood") if n in f} for f in found
    ]
    assert columns == [{"language": b"en", "views": b"7"}, {"language": b"de", "verified": b"true"}]
    assert (summary.slices, summary.ignored_columns) == (("language", "views", "verified"), ("mood",))
    assert [row["reason"] for row in read_quarantine(tmp_path / "data" / "span-1")] == ["slice_invalid"]


def test_column_that_is_not_there_is_refused(memes: Any, tmp_path: Path) -> None:
    memes.add()
    memes.add()
    with pytest.raises(InputError, match="Add or rename: language"):
        pack(memes.jsonl(), tmp_path / "data", span=1, slices=["language"])
