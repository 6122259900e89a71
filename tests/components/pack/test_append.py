"""Pairs that are added to a span become its next version, whole or not at all, and none of them twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from components.errors import InputError
from components.pack.append import append
from components.pack.pack import pack
from components.pack.read_records import read_records
from components.quarantine.record import decode_quarantined

ROOT = Path(__file__).parents[3]


@pytest.fixture
def span(memes: Any, tmp_path: Path) -> Path:
    """Six packed pairs in two files, and two that were set apart."""
    for _ in range(6):
        memes.add()
    memes.add(id="bad label", label="yes")
    memes.add(id="no picture", img="img/none.png", label=1)
    pack(memes.jsonl(), tmp_path / "data", span=1, shards=2)
    memes.rows = []
    return tmp_path / "data" / "span-1"


def texts(read_span: Any, folder: Path) -> dict[str, str]:
    records = read_span(folder)
    found = {record["id"].decode(): record["text"].decode() for record in records}
    assert len(found) == len(records)
    return found


def test_mended_pairs_come_in_and_leave_the_quarantine(
    memes: Any, span: Path, read_span: Any, read_quarantine: Any
) -> None:
    memes.add(id="bad label", text="mended", label=1)
    memes.add(id="new", text="new", label=1)
    memes.add(id="worse", text="")
    summary = append(memes.jsonl(), span.parent, 1)
    assert summary.span_folder == span / "v1"
    assert texts(read_span, span / "v1") == {
        **{f"m{number}": f"text {number}" for number in range(6)},
        "bad label": "mended",
        "new": "new",
    }
    assert {row["id"]: row["reason"] for row in read_quarantine(span / "v1")} == {
        "no picture": "image_missing",
        "worse": "text_empty",
    }
    assert (summary.read, summary.packed, summary.labels) == (10, 8, {"0": 3, "1": 5})
    assert json.loads((span / "v1" / "pack.json").read_text())["appended"] == {
        "before": "span-1",
        "added": 2,
        "replaced": 0,
        "unchanged": 0,
        "mended": 1,
    }
    assert sum(summary.records.values()) == 8


def test_records_that_were_set_apart_come_along_until_they_are_mended(memes: Any, span: Path) -> None:
    memes.add(id="bad label", text="mended", label=1)
    memes.add(id="worse", text="")
    append(memes.jsonl(), span.parent, 1)
    assert [reason_and_id(folder) for folder in (span, span / "v1")] == [
        {("label_not_binary", "bad label"), ("image_missing", "no picture")},
        {("text_empty", "worse"), ("image_missing", "no picture")},
    ]


def reason_and_id(folder: Path) -> set[tuple[str, str]]:
    found = []
    for path in folder.glob("quarantine/*.tfrecord.gz"):
        with path.open("rb") as file:
            found += [decode_quarantined(item.data)[0][1:] for item in read_records(file, True, 1 << 20)]
    assert len(set(found)) == len(found)
    return set(found)


def test_same_command_twice_adds_nothing_twice(memes: Any, span: Path, read_span: Any) -> None:
    memes.add(id="new", text="new")
    memes.add(id="worse", text="")
    manifest = memes.jsonl()
    append(manifest, span.parent, 1)
    again = append(manifest, span.parent, 1)
    assert again.span_folder == span / "v1"
    assert (again.appended.added, again.appended.replaced, again.appended.unchanged) == (0, 0, 1)
    assert sorted(path.name for path in span.glob("*v*")) == ["v1"]
    assert len(texts(read_span, span / "v1")) == 7


def test_pair_with_the_id_of_another_takes_its_place_and_the_version_before_stays(
    memes: Any, span: Path, read_span: Any
) -> None:
    before = {path.name: path.read_bytes() for path in span.glob("*.gz")}
    memes.add(id="m1", text="better", label=0)
    summary = append(memes.jsonl(), span.parent, 1)
    assert texts(read_span, span / "v1") == {f"m{n}": "better" if n == 1 else f"text {n}" for n in range(6)}
    assert (summary.appended.added, summary.appended.replaced, summary.labels) == (0, 1, {"0": 4, "1": 2})
    assert {path.name: path.read_bytes() for path in span.glob("*.gz")} == before
    counted = Counter(summary.records)
    for path in (span / "v1").glob("*.gz"):
        (tmp := span.parent / path.stem).mkdir()
        os.link(path, tmp / path.name)
        assert counted[path.name] == len(read_span(tmp))


def test_versions_build_upon_each_other(memes: Any, span: Path, read_span: Any) -> None:
    for name in ("one", "two"):
        memes.add(id=name, text=name)
        append(memes.jsonl(), span.parent, 1)
    assert {"m0", "one", "two"} <= texts(read_span, span / "v2").keys()
    assert json.loads((span / "v2" / "pack.json").read_text())["appended"]["before"] == "span-1/v1"


def test_span_that_is_not_there_or_damaged_is_refused(memes: Any, span: Path) -> None:
    memes.add(id="new")
    with pytest.raises(InputError, match="Leave --append out"):
        append(memes.jsonl(), span.parent, 2)
    path = next(span.glob("*.gz"))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match=r"whole\. Received: .* at byte"):
        append(memes.jsonl(), span.parent, 1)
    assert list(span.glob("*v1*")) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from components.pack import append, pack, write_shard
step, command, manifest, out = sys.argv[1:]
left = 3
def die(function):
    def wrapped(*arguments, **options):
        global left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return wrapped
if step == "writing":
    write_shard.encode_example = die(write_shard.encode_example)
else:
    left = 1
    Path.rename = die(Path.rename)
{"append": append.append, "pack": pack.pack}[command](Path(manifest), Path(out), 1, shards=2)
"""


def kill(step: str, command: str, manifest: Path, out: Path) -> None:
    code = subprocess.run(
        [sys.executable, "-c", KILLED, step, command, manifest, out], cwd=ROOT, check=False
    ).returncode
    assert code == -signal.SIGKILL


def test_killed_pack_shows_nothing_and_the_next_one_is_whole(memes: Any, read_span: Any, tmp_path: Path) -> None:
    for _ in range(6):
        memes.add()
    kill("writing", "pack", memes.jsonl(), tmp_path / "data")
    assert [path.name for path in (tmp_path / "data").iterdir() if not path.name.startswith(".")] == []
    pack(memes.jsonl(), tmp_path / "data", 1, shards=2)
    assert len(texts(read_span, tmp_path / "data" / "span-1")) == 6
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == [".span-1.lock", "span-1"]


def test_killed_append_shows_no_version_and_the_next_one_doubles_nothing(
    memes: Any, span: Path, read_span: Any
) -> None:
    for number in range(4):
        memes.add(id=f"new {number}", text="new")
    memes.add(id="m1", text="better")
    manifest = memes.jsonl()
    kill("completing", "append", manifest, span.parent)
    assert sorted(path.name for path in span.iterdir() if path.is_dir()) == [".v1.partial", "quarantine"]
    assert texts(read_span, span)["m1"] == "text 1"
    append(manifest, span.parent, 1)
    assert len(found := texts(read_span, span / "v1")) == 10
    assert found["m1"] == "better"
    assert sorted(path.name for path in span.iterdir() if path.is_dir()) == ["quarantine", "v1"]
