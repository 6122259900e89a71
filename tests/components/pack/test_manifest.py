"""Manifests as people and spreadsheets write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.errors import InputError
from components.pack.manifest import MAX_LINE_CHARS, ManifestRow, read_manifest


def rows(tmp_path: Path, name: str, content: str | bytes) -> list[ManifestRow]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_manifest(path))


def test_jsonl_rows_keep_their_line_numbers_past_blank_and_broken_lines(tmp_path: Path) -> None:
    found = rows(tmp_path, "m.jsonl", '{"id": 1}\n\n{"id": \n[2]\n{"id": 3}')
    assert [(row.line, row.values.get("id"), bool(row.fault)) for row in found] == [
        (1, 1, False),
        (3, None, True),
        (4, None, True),
        (5, 3, False),
    ]


@pytest.mark.parametrize("line", ["[" * 100_000, '{"id": ' + "9" * 100_000 + "}", "NaN", '"text"', "{}}"])
def test_hostile_json_line_costs_only_its_row(tmp_path: Path, line: str) -> None:
    found = rows(tmp_path, "m.jsonl", f'{line}\n{{"id": 2}}\n')
    assert len(found) == 2
    assert found[1].values == {"id": 2}


@pytest.mark.parametrize("name", ["m.jsonl", "m.csv"])
def test_line_without_end_is_not_read_whole(tmp_path: Path, name: str) -> None:
    good = '{"id": "good"}' if name == "m.jsonl" else "good"
    found = rows(tmp_path, name, "id\n" * (name == "m.csv") + "x" * (3 * MAX_LINE_CHARS) + f"\n{good}\n")
    assert [(bool(row.fault), row.values.get("id")) for row in found] == [(True, None), (False, "good")]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_offset_of_a_row_is_where_its_bytes_begin(tmp_path: Path, mark: bytes, end: bytes) -> None:
    lines = [b'{"id": "caf\xe9"}', b"", '{"id": "👩‍👩‍👧"}'.encode(), b"[1, 2]", b'{"id": 3}']
    content = mark + end.join(lines) + end
    found = rows(tmp_path, "m.jsonl", content)
    assert [content[row.offset :].split(end)[0] for row in found] == [line for line in lines if line]
    table = mark + end.join([b"id,text", b'1,"a\nb"', b"2", b'3,"\xe9"']) + end
    assert [table[row.offset :][:1] for row in rows(tmp_path, "m.csv", table)] == [b"1", b"2", b"3"]


def test_byte_that_is_not_utf8_costs_only_its_value(tmp_path: Path) -> None:
    found = rows(tmp_path, "m.jsonl", b'{"id": 1, "text": "caf\xe9"}\n{"id": 2, "text": "caf\xc3\xa9"}\n')
    assert [row.values["text"] for row in found] == ["caf\udce9", "café"]


def test_csv_takes_byte_order_mark_quotes_line_breaks_and_spaced_header(tmp_path: Path) -> None:
    content = '\ufeffid, text ,label\r\n1,"a, ""b""\nc",0\r\n\r\n2,d,1\r\n'
    assert rows(tmp_path, "m.CSV", content) == [
        ManifestRow(2, {"id": "1", "text": 'a, "b"\nc', "label": "0"}, offset=20),
        ManifestRow(5, {"id": "2", "text": "d", "label": "1"}, offset=40),
    ]


@pytest.mark.parametrize("row", ["1,a,b,0", "1,a", '1,"a"b,0'])
def test_csv_row_that_is_not_as_its_header_is_a_fault_not_a_guess(tmp_path: Path, row: str) -> None:
    found = rows(tmp_path, "m.csv", f"id,text,label\n{row}\n2,c,1\n")
    assert [bool(each.fault) for each in found] == [True, False]
    assert found[0].line == 2


def test_open_quote_at_the_end_is_a_fault(tmp_path: Path) -> None:
    found = rows(tmp_path, "m.csv", 'id,text\n1,a\n2,"b\n3,c\n')
    assert [(row.line, bool(row.fault)) for row in found] == [(2, False), (3, True)]


def test_column_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="text twice"):
        rows(tmp_path, "m.csv", "id,text,text\n1,a,b\n")


def test_other_suffix_is_refused_with_those_that_are_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.csv or \.jsonl"):
        rows(tmp_path, "m.xlsx", "")
