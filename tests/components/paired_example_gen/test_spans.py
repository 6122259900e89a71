from __future__ import annotations

import json
from pathlib import Path

import pytest

from components.errors import InputError
from components.paired_example_gen.spans import Span, find_span, fingerprint, packing_quarantine


def make_span(root: Path, number: int, content: bytes = b"records") -> Span:
    folder = root / f"span-{number}"
    folder.mkdir(parents=True)
    for shard in (1, 0):
        (folder / f"pairs-{shard}.tfrecord.gz").write_bytes(content)
    return find_span(str(root), str(number))


def test_latest_is_the_highest_number_and_other_folders_are_passed_over(tmp_path: Path) -> None:
    for number in (2, 10, 9):
        make_span(tmp_path, number)
    (tmp_path / "span-99.partial").mkdir()
    (tmp_path / "notes").mkdir()
    span = find_span(str(tmp_path), "latest")
    assert span.number == 10
    assert [Path(path).name for path in span.files] == ["pairs-0.tfrecord.gz", "pairs-1.tfrecord.gz"]


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
    seen = {fingerprint(span)}
    assert fingerprint(span) in seen
    for path in (*map(Path, span.files), summary):
        content = path.read_bytes()
        path.write_bytes(content[:-1] + b"!")
        seen.add(fingerprint(span))
        path.write_bytes(content)
    assert len(seen) == 4


def test_fingerprint_changes_when_a_file_is_renamed_but_not_when_the_root_moves(tmp_path: Path) -> None:
    one = make_span(tmp_path / "one", 1)
    two = make_span(tmp_path / "two", 1)
    assert fingerprint(one) == fingerprint(two)
    Path(two.files[0]).rename(Path(two.path) / "another.tfrecord.gz")
    assert fingerprint(find_span(str(tmp_path / "two"), "1")) != fingerprint(one)


def test_packing_quarantine_is_read_from_the_summary_and_empty_without_one(tmp_path: Path) -> None:
    span = make_span(tmp_path, 1)
    assert packing_quarantine(span) == {}
    (Path(span.path) / "pack.json").write_text(json.dumps({"quarantined": {"text_empty": 3}}))
    assert packing_quarantine(span) == {"text_empty": 3}
