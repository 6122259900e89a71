from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from components.errors import InputError
from components.paired_example_gen.spans import Span, find_spans, fingerprint, packing_quarantine


def make_span(root: Path, number: int, version: int = 0, content: bytes = b"records") -> Span:
    folder = root / f"span-{number}" / (f"v{version}" if version else "")
    folder.mkdir(parents=True, exist_ok=True)
    for shard in (1, 0):
        (folder / f"pairs-{shard}.tfrecord.gz").write_bytes(content)
    return find_span(str(root), str(number))


def find_span(root: str, wanted: str) -> Span:
    (span,) = find_spans(root, wanted)
    return span


def test_latest_is_the_highest_number_and_other_folders_are_passed_over(tmp_path: Path) -> None:
    for number in (2, 10, 9):
        make_span(tmp_path, number)
    (tmp_path / "span-99.partial").mkdir()
    (tmp_path / "notes").mkdir()
    span = find_span(str(tmp_path), "latest")
    assert span.number == 10
    assert [file.name for file in span.files] == ["span-10/pairs-0.tfrecord.gz", "span-10/pairs-1.tfrecord.gz"]


def test_newest_version_of_a_span_wins_and_unfinished_ones_are_passed_over(tmp_path: Path) -> None:
    for version in (0, 2, 10):
        make_span(tmp_path, 1, version)
    (tmp_path / "span-1" / ".v11.partial").mkdir()
    span = find_span(str(tmp_path), "1")
    assert (span.number, span.version, span.name) == (1, 10, "span-1/v10")
    assert [file.name for file in span.pairs] == ["span-1/v10/pairs-0.tfrecord.gz", "span-1/v10/pairs-1.tfrecord.gz"]


@pytest.mark.parametrize(
    ("wanted", "window", "found"),
    [
        ("latest", 2, ["span-7", "span-9/v1"]),
        ("7", 2, ["span-3", "span-7"]),
        ("latest", 9, ["span-3", "span-7", "span-9/v1"]),
    ],
)
def test_window_takes_the_last_spans_that_there_are(tmp_path: Path, wanted: str, window: int, found: list[str]) -> None:
    make_span(tmp_path, 3)
    make_span(tmp_path, 7)
    make_span(tmp_path, 9, 1)
    assert [span.name for span in find_spans(str(tmp_path), wanted, window)] == found


def test_spans_that_are_left_out_are_not_in_the_window(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        make_span(tmp_path, number)
    assert [span.number for span in find_spans(str(tmp_path), "latest", 2, [3, 9])] == [1, 2]
    with pytest.raises(InputError, match=r"Received: 3\. There are: 1, 2"):
        find_spans(str(tmp_path), "3", 2, [3])
    with pytest.raises(InputError, match=r"holds none but those of data\.leave_out \(1, 2, 3\)"):
        find_spans(str(tmp_path), "latest", 2, [3, 1, 2])


@pytest.mark.parametrize(
    "written",
    [None, b"", gzip.compress(b""), b"zero records"],
    ids=["no file", "no byte", "nothing packed", "0 by pack.json"],
)
def test_spans_without_records_are_passed_over_wherever_they_stand(tmp_path: Path, written: bytes | None) -> None:
    for number in (1, 3):
        make_span(tmp_path, number)
    for number in (2, 4):
        folder = tmp_path / f"span-{number}"
        folder.mkdir()
        if written is not None:
            (folder / "pairs.tfrecord.gz").write_bytes(written)
        if written == b"zero records":
            (folder / "pack.json").write_text(json.dumps({"records": {"pairs.tfrecord.gz": 0}}))
    assert [span.number for span in find_spans(str(tmp_path), "latest", 2)] == [1, 3]
    with pytest.raises(InputError, match=r"with records\. Received: .*span-4"):
        find_spans(str(tmp_path), "4", 2)


def test_damaged_span_and_one_whose_file_is_gone_are_not_empty(tmp_path: Path) -> None:
    make_span(tmp_path, 1, content=b"garbage")
    gone = tmp_path / "span-2"
    gone.mkdir()
    (gone / "pack.json").write_text(json.dumps({"records": {"pairs.tfrecord.gz": 3}}))
    assert [span.number for span in find_spans(str(tmp_path), "latest", 2)] == [1, 2]


def test_files_of_streams_are_told_by_their_names(tmp_path: Path) -> None:
    for name in ("images-1.tfrecord.gz", "texts.tfrecord", "pairs.tfrecord", "notes.txt", ".half.tfrecord"):
        (tmp_path / "span-1").mkdir(exist_ok=True)
        (tmp_path / "span-1" / name).write_bytes(b"records")
    span = find_span(str(tmp_path), "1")
    names = [[Path(file.path).name for file in files] for files in (span.pairs, span.images, span.texts)]
    assert names == [["pairs.tfrecord"], ["images-1.tfrecord.gz"], ["texts.tfrecord"]]


def test_span_of_one_stream_is_refused(tmp_path: Path) -> None:
    (tmp_path / "span-1").mkdir()
    (tmp_path / "span-1" / "images.tfrecord.gz").write_bytes(b"")
    with pytest.raises(InputError, match=r"images\* and texts\*"):
        find_spans(str(tmp_path), "latest")


def test_files_that_packing_wrote_are_expected_with_their_counts_and_no_path_leaves_the_span(tmp_path: Path) -> None:
    span = make_span(tmp_path, 1)
    counts = {"pairs-1.tfrecord.gz": 7, "gone.tfrecord.gz": 3, "../secret.tfrecord.gz": 1}
    (Path(span.path) / "pack.json").write_text(json.dumps({"records": counts}))
    found = {Path(file.path).name: file.records for file in find_span(str(tmp_path), "1").files}
    assert found == {"gone.tfrecord.gz": 3, "pairs-0.tfrecord.gz": None, "pairs-1.tfrecord.gz": 7}


def test_missing_span_is_refused_with_those_that_are_there(tmp_path: Path) -> None:
    make_span(tmp_path, 1)
    make_span(tmp_path, 3)
    with pytest.raises(InputError, match=r"Received: 2\. There are: 1, 3"):
        find_span(str(tmp_path), "2")


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_root_without_spans_is_refused_with_the_command_that_makes_one(tmp_path: Path, folder: str) -> None:
    with pytest.raises(InputError, match="fusegate pack"):
        find_span(str(tmp_path / folder), "latest")


def test_span_without_records_is_refused(tmp_path: Path) -> None:
    (tmp_path / "span-1").mkdir()
    with pytest.raises(InputError, match=r"must hold files \*\.tfrecord\.gz"):
        find_span(str(tmp_path), "latest")


def test_fingerprint_changes_when_one_byte_of_any_file_changes(tmp_path: Path) -> None:
    span = make_span(tmp_path, 1)
    summary = Path(span.path) / "pack.json"
    summary.write_text('{"quarantined": {}}')
    seen = {fingerprint([span])}
    assert fingerprint([span]) in seen
    for path in (*(Path(file.path) for file in span.files), summary):
        content = path.read_bytes()
        path.write_bytes(content[:-1] + b"!")
        seen.add(fingerprint([span]))
        path.write_bytes(content)
    assert len(seen) == 4


def test_fingerprint_changes_when_a_file_is_renamed_but_not_when_the_root_moves(tmp_path: Path) -> None:
    one = make_span(tmp_path / "one", 1)
    two = make_span(tmp_path / "two", 1)
    assert fingerprint([one]) == fingerprint([two])
    Path(two.files[0].path).rename(Path(two.path) / "another.tfrecord.gz")
    assert fingerprint(find_spans(str(tmp_path / "two"), "1")) != fingerprint([one])


def test_packing_quarantine_is_read_from_the_summary_and_empty_without_one(tmp_path: Path) -> None:
    span = make_span(tmp_path, 1)
    assert packing_quarantine([span]) == {}
    (Path(span.path) / "pack.json").write_text(json.dumps({"quarantined": {"text_empty": 3}}))
    assert packing_quarantine([span]) == {"text_empty": 3}
