"""Lines that are appended last, and a torn one does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.durable import append_durably


def test_lines_are_appended_and_the_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "log.jsonl"
    append_durably(path, "one")
    append_durably(path, "naïve")
    assert path.read_text(encoding="utf-8") == "one\nnaïve\n"


@pytest.mark.parametrize("whole", ["", "one\n", "x" * 200_000 + "\n"], ids=["nothing", "a line", "a long line"])
@pytest.mark.parametrize("torn", ["", "to", "y" * 200_000], ids=["nothing", "a little", "much"])
def test_torn_line_is_cut_off(tmp_path: Path, whole: str, torn: str) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(whole + torn)
    append_durably(path, "next")
    assert path.read_text() == whole + "next\n"
