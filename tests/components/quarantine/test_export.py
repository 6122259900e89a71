"""A quarantine that the real ingest wrote, exported, mended and packed again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from components.errors import InputError
from components.pack.pack import pack
from components.quarantine.entries import Entry, count_reasons, read_entries
from components.quarantine.export import export_quarantine
from tests.components.paired_example_gen.conftest import example, ingest  # noqa: F401
from tests.components.paired_example_gen.faulty import jpeg

EVIL = "../../../escape"
BROKEN = {
    EVIL: {"label": 7},
    "latin": {"caption": b"caf\xe9"},
    "m0": {},
    "no_picture": {"image": None, "language": "de"},
    "torn": {"image": jpeg(4)[:300]},
}


@pytest.fixture(scope="module")
def quarantine(
    tmp_path_factory: pytest.TempPathFactory,
    ingest: Callable[..., Any],  # noqa: F811
    example: Callable[..., bytes],  # noqa: F811
) -> Path:
    folder = tmp_path_factory.mktemp("quarantined")
    good = [{"id": f"m{number}", "image": jpeg(number)} for number in range(6)]
    bad = [{"id": pair_id, "image": jpeg(50 + n)} | values for n, (pair_id, values) in enumerate(BROKEN.items())]
    path = folder / "data" / "span-1" / "pairs.tfrecord.gz"
    path.parent.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(path), "GZIP") as writer:
        for number, values in enumerate([*good, *bad]):
            writer.write(example(**{"caption": f"text {number}", "label": number % 2} | values))
    (path.parent / "pack.json").write_text(json.dumps({"quarantined": {"text_empty": 1}}))
    row = {"id": "lost", "reason": "text_empty", "detail": "No text.", "source": "memes.jsonl:9"}
    (path.parent / "quarantine.jsonl").write_text(json.dumps(row) + "\n")
    result = ingest(folder / "data", features={"text": "caption"})
    return Path(result.quarantine.uri)


def test_index_is_filtered_by_reason_and_by_id(quarantine: Path) -> None:
    entries = list(read_entries(quarantine))
    assert {entry.id for entry in entries} == {*BROKEN, "lost"}
    assert sum(count_reasons(entries).values()) == len(entries) == 6
    (torn,) = read_entries(quarantine, reasons=["image_not_decodable"])
    assert (torn.id, torn.source.rpartition(":")[2]) == ("torn", "11")
    (evil,) = read_entries(quarantine, ids=[EVIL])
    assert evil.reason == "label_not_binary"
    assert list(read_entries(quarantine, ["text_empty"], ["torn"])) == []


def test_export_holds_the_originals_and_no_id_leads_out_of_it(quarantine: Path, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "deeper" / "mend"
    export = export_quarantine(quarantine, list(read_entries(quarantine)), target, {"text": "caption"})
    assert (export.written, export.without_record) == (5, 1)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.is_relative_to(target) for path in written)
    rows = {row["id"]: row for row in map(json.loads, export.manifest.read_text().splitlines())}
    assert rows.keys() == BROKEN.keys()
    assert "img" not in rows["no_picture"]
    assert rows["no_picture"]["language"] == "de"
    assert rows[EVIL]["label"] == 7
    assert (target / rows["torn"]["img"]).read_bytes() == jpeg(4)[:300]
    assert b"caf\xe9" in {path.read_bytes() for path in (target / "texts").iterdir()}
    reasons = [json.loads(line) for line in (target / "reasons.jsonl").read_text().splitlines()]
    assert {row["id"]: row["reason"] for row in reasons}["latin"] == "text_not_utf8"


def test_export_that_is_mended_can_be_packed(quarantine: Path, tmp_path: Path) -> None:
    target = tmp_path / "mend"
    export = export_quarantine(quarantine, list(read_entries(quarantine)), target, {"text": "caption"})
    rows = [json.loads(line) for line in export.manifest.read_text().splitlines()]
    (target / "images" / "new.jpg").write_bytes(jpeg(77))
    for row in rows:
        row["text"] = row["text"].encode("utf-8", "surrogateescape").decode("cp1252")
        row["label"] = min(row["label"], 1)
        if row["id"] in ("torn", "no_picture"):
            row["img"] = "images/new.jpg"
    export.manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    packed = pack(export.manifest, tmp_path / "data", 1)
    assert (packed.read, packed.packed) == (5, 5)


@pytest.fixture
def spans(tmp_path: Path) -> Path:
    """Two spans that were packed from manifests of one name, each with a pair set apart in the same line."""
    for span in (1, 2):
        (tmp_path / str(span)).mkdir()
        rows = []
        for number in range(8):
            (tmp_path / str(span) / f"{number}.jpg").write_bytes(jpeg(10 * span + number))
            row = {"id": f"{span}-{number}", "img": f"{number}.jpg", "text": f"{span} {number}", "label": number % 2}
            rows.append(row if number else row | {"id": "same", "label": f"maybe {span}"})
        rows.append({"id": "gone", "img": "gone.jpg", "text": f"text {span}", "label": 1})
        manifest = tmp_path / str(span) / "manifest.jsonl"
        manifest.write_text("".join(json.dumps(row) + "\n" for row in rows) + "no JSON\n")
        pack(manifest, tmp_path / "data", span)
    return tmp_path / "data"


def exported(folder: Path, target: Path) -> tuple[Any, list[dict[str, Any]]]:
    export = export_quarantine(folder, list(read_entries(folder)), target)
    return export, [json.loads(line) for line in export.manifest.read_text().splitlines()]


def test_what_packing_set_apart_is_exported_from_its_span(spans: Path, tmp_path: Path) -> None:
    export, rows = exported(spans / "span-2", tmp_path / "mend")
    assert (export.written, export.without_record) == (2, 1)
    found = {row["id"]: row for row in rows}
    assert (found["same"]["label"], found["same"]["text"]) == ("maybe 2", "2 0")
    assert (tmp_path / "mend" / found["same"]["img"]).read_bytes() == jpeg(20)
    assert "img" not in found["gone"]
    reasons = [json.loads(line) for line in (tmp_path / "mend" / "reasons.jsonl").read_text().splitlines()]
    assert {row["id"]: row["offset"] for row in reasons}["same"] == 0


def test_what_packing_set_apart_is_exported_from_a_run_over_several_spans(
    spans: Path,
    tmp_path: Path,
    ingest: Callable[..., Any],  # noqa: F811
) -> None:
    result = ingest(spans, window=2)
    export, rows = exported(Path(result.quarantine.uri), tmp_path / "mend")
    assert (export.written, export.without_record) == (4, 2)
    images = {row["label"]: (tmp_path / "mend" / row["img"]).read_bytes() for row in rows if row["id"] == "same"}
    assert images == {"maybe 1": jpeg(10), "maybe 2": jpeg(20)}


def test_folder_that_is_not_empty_is_not_touched_and_a_failed_export_leaves_nothing(
    quarantine: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.txt").write_text("x")
    with pytest.raises(InputError, match="new or empty folder"):
        export_quarantine(quarantine, [], tmp_path / "mine")
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="writable"):
        export_quarantine(quarantine, [], tmp_path / "file" / "below")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "mine"]


def test_folder_without_a_quarantine_and_a_torn_index_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must hold quarantine.jsonl"):
        list(read_entries(tmp_path))
    (tmp_path / "quarantine.jsonl").write_text("[1]\n")
    with pytest.raises(InputError, match="line 1"):
        list(read_entries(tmp_path))
    (tmp_path / "quarantine.jsonl").write_text('{"id": "a", "reason"')
    with pytest.raises(InputError, match="line 1"):
        list(read_entries(tmp_path))


def test_entry_keeps_what_the_index_says(tmp_path: Path) -> None:
    row = {"id": "a", "reason": "text_empty", "detail": "d", "source": "s:1"}
    rows = [row, row | {"offset": None}, row | {"offset": 12}]
    (tmp_path / "quarantine.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows))
    entry = Entry("a", "text_empty", "d", "s:1")
    assert list(read_entries(tmp_path)) == [entry, entry, Entry("a", "text_empty", "d", "s:1", 12)]
