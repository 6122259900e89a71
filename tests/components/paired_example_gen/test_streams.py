"""Spans of two streams, of several versions, with names and columns of their own, and with damage."""

from __future__ import annotations

import collections
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from components.errors import InputError
from components.paired_example_gen import counts
from components.paired_example_gen.spans import find_spans, fingerprint


@pytest.fixture
def pair(example: Any, picture: Any) -> Any:
    """A function that serialises a usable pair, apart from what is given."""

    def make(number: int, **values: Any) -> bytes:
        usable = {"id": f"m{number}", "image": picture(number), "text": f"text {number}", "label": number % 2}
        return example(**(usable | values))

    return make


def reasons(result: Any) -> dict[str, str]:
    return {row["source"]: row["reason"] for row in result.rejected()}


def test_two_streams_are_joined_on_id_and_nothing_that_does_not_fit_vanishes(
    ingest: Any, example: Any, picture: Any, write_file: Any, tmp_path: Path
) -> None:
    span = tmp_path / "data" / "span-1"
    images = [example(id=f"m{number}", image=picture(number)) for number in range(12)]
    images += [
        images[3],
        example(id="m4", image=picture(99)),
        example(image=picture(98)),
        example(id="lonely", image=b"x"),
    ]
    texts = [example(id=f"m{number}", text=f"text {number}", label=number % 2) for number in range(12)]
    texts += [texts[5], example(id="m6", text="text 6", label=1), example(id="mute", text="t", label=0), b"\xff\xff"]
    texts[7] = example(id="m7", text=" ", label=1)
    write_file(span / "images-0.tfrecord.gz", images[:9])
    write_file(span / "images-1.tfrecord", images[9:])
    write_file(span / "texts.tfrecord.gz", texts)
    result = ingest(tmp_path / "data")
    joined = {f"m{number}" for number in range(12)} - {"m4", "m6", "m7"}
    assert set(result.all()) == joined
    for pair_id, feature in result.all().items():
        assert feature["image"].bytes_list.value[0] == picture(int(pair_id[1:]))
        assert feature["text"].bytes_list.value[0].decode() == f"text {pair_id[1:]}"
    assert reasons(result) == {
        "span-1/images-1.tfrecord:4": "id_duplicate",
        "span-1/images-0.tfrecord.gz:5": "id_conflict",
        "span-1/images-1.tfrecord:5": "id_conflict",
        "span-1/texts.tfrecord.gz:5": "id_conflict",
        "span-1/images-1.tfrecord:6": "id_missing",
        "span-1/images-1.tfrecord:7": "image_without_text",
        "span-1/texts.tfrecord.gz:13": "id_duplicate",
        "span-1/images-0.tfrecord.gz:7": "id_conflict",
        "span-1/texts.tfrecord.gz:7": "id_conflict",
        "span-1/texts.tfrecord.gz:14": "id_conflict",
        "span-1/images-0.tfrecord.gz:8": "text_empty",
        "span-1/texts.tfrecord.gz:15": "text_without_image",
        "span-1/texts.tfrecord.gz:16": "id_missing",
    }
    whole = sum(reason == "text_empty" for reason in reasons(result).values())
    assert 2 * (len(joined) + whole) + len(reasons(result)) - whole == len(images) + len(texts)
    originals = {e.features.feature["source"].bytes_list.value[0].decode(): e for e in result.originals()}
    assert originals.keys() == reasons(result).keys()
    lonely = originals["span-1/images-1.tfrecord:7"].features.feature
    assert lonely["record"].bytes_list.value[0] == images[15]
    assert lonely["reason"].bytes_list.value[0] == b"image_without_text"


def test_records_behind_a_damage_are_lost_by_name_and_no_others(
    ingest: Any, pair: Any, write_file: Any, tmp_path: Path
) -> None:
    span = tmp_path / "data" / "span-1"
    for shard in range(3):
        path = write_file(span / f"pairs-{shard}.tfrecord.gz", [pair(10 * shard + number) for number in range(10)])
        if shard == 1:
            content = bytearray(gzip.decompress(path.read_bytes()))
            begins = [sum(len(pair(10 + before)) + 16 for before in range(number)) for number in range(10)]
            content[begins[4] + 20] ^= 1
            content[begins[7]] ^= 1
            path.write_bytes(gzip.compress(bytes(content)))
    result = ingest(tmp_path / "data")
    assert set(result.all()) == {f"m{number}" for number in range(30)} - {"m14", "m17", "m18", "m19"}
    found = {row["source"].rpartition(":")[2]: row for row in result.rejected()}
    assert {number: row["reason"] for number, row in found.items()} == {"5": "record_damaged", "8": "record_lost"}
    assert f"at byte {begins[7]:,}" in found["8"]["detail"]


def test_lost_records_are_counted_where_packing_says_how_many_there_were(
    ingest: Any, pair: Any, write_file: Any, tmp_path: Path
) -> None:
    span = tmp_path / "data" / "span-1"
    path = write_file(span / "pairs-0.tfrecord.gz", [pair(number) for number in range(20)])
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    (span / "pack.json").write_text(json.dumps({"records": {path.name: 20, "gone.tfrecord.gz": 3}, "quarantined": {}}))
    result = ingest(tmp_path / "data")
    by_reason = counts.read_quarantine(result.quarantine.mlmd_artifact)
    assert 0 < len(result.all()) < 20
    assert by_reason == {"record_lost": 23 - len(result.all())}
    assert by_reason == collections.Counter(reasons(result).values())


def test_window_reads_the_newest_version_of_each_span_and_its_lineage_says_which(
    ingest: Any, pair: Any, write_file: Any, tmp_path: Path
) -> None:
    root = tmp_path / "data"
    for number, name in enumerate(["span-1", "span-2", "span-2/v1", "span-2/v2", "span-5"]):
        write_file(root / name / "pairs.tfrecord.gz", [pair(10 * number), pair(10 * number + 1)])
    found = fingerprint(find_spans(str(root), "latest", 2))
    result = ingest(root, window=2, input_fingerprint=found)
    assert set(result.all()) == {"m30", "m31", "m40", "m41"}
    for artifact in (result.examples, result.quarantine):
        assert counts.read_spans(artifact.mlmd_artifact) == [(2, 2), (5, 0)]
        assert artifact.get_int_custom_property("span") == 5
        assert artifact.get_int_custom_property("version") == 0
        assert artifact.get_string_custom_property("input_fingerprint") == found


def test_span_that_changed_since_it_was_resolved_is_refused(
    ingest: Any, pair: Any, write_file: Any, tmp_path: Path
) -> None:
    root = tmp_path / "data"
    write_file(root / "span-1" / "pairs.tfrecord.gz", [pair(1)])
    found = fingerprint(find_spans(str(root), "latest"))
    write_file(root / "span-1" / "v1" / "pairs.tfrecord.gz", [pair(2)])
    with pytest.raises(InputError, match="span-1/v1, which have changed"):
        ingest(root, span="1", input_fingerprint=found)


def test_features_may_have_other_names_and_columns_are_carried_as_strings(
    ingest: Any, example: Any, picture: Any, write_file: Any, tmp_path: Path
) -> None:
    def named(number: int, **columns: Any) -> bytes:
        return example(
            **{"key": f"m{number}", "img/encoded": picture(number), "caption": "a text", "y": 1, "note": "n"} | columns
        )

    records = [
        named(0, language="en", source=" web "),
        named(1, language=7),
        named(2, language=["en", "de"]),
        named(3, source="x" * 300),
    ]
    write_file(tmp_path / "data" / "span-1" / "all.tfrecord", records)
    result = ingest(
        tmp_path / "data",
        features={"id": "key", "image": "img/encoded", "text": "caption", "label": "y"},
        slices=["language", "source"],
    )
    columns = {
        pair_id: {name: feature[name].bytes_list.value[0] for name in ("language", "source") if name in feature}
        for pair_id, feature in result.all().items()
    }
    assert columns == {"m0": {"language": b"en", "source": b"web"}, "m1": {"language": b"7"}}
    assert {row["id"]: row["reason"] for row in result.rejected()} == {"m2": "slice_invalid", "m3": "slice_invalid"}
    assert set(result.all()["m0"]) == {"id", "image", "text", "label", "group", "language", "source"}


def test_span_of_a_pair_is_where_it_lies_and_not_what_its_record_says(
    ingest: Any, example: Any, picture: Any, write_file: Any, tmp_path: Path
) -> None:
    root = tmp_path / "data"

    def pair(number: int, **columns: Any) -> bytes:
        return example(**{"id": f"m{number}", "image": picture(number), "text": f"text {number}", "label": 1} | columns)

    write_file(root / "span-3" / "pairs.tfrecord.gz", [pair(0, span="9"), pair(1, language="en")])
    write_file(root / "span-10" / "v2" / "images-0.tfrecord.gz", [example(id="m2", image=picture(2))])
    write_file(root / "span-10" / "v2" / "texts.tfrecord", [example(id="m2", text="text 2", label=0)])
    write_file(root / "span-11" / "pairs.tfrecord.gz", [pair(3)])
    result = ingest(root, window=2, leave_out=[11], slices=["language", "span"])
    spans = {pair_id: feature["span"].bytes_list.value[0] for pair_id, feature in result.all().items()}
    assert spans == {"m0": b"3", "m1": b"3", "m2": b"10"}
    assert result.all()["m1"]["language"].bytes_list.value[0] == b"en"
    assert counts.read_spans(result.examples.mlmd_artifact) == [(3, 0), (10, 2)]
