"""A span appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.errors import InputError
from components.pack.span_folder import new_span


def visible(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir() if not path.name.endswith(".lock"))


def write(out: Path, text: str, overwrite: bool = False) -> None:
    with new_span(out, 1, overwrite) as folder:
        (folder / "file").write_text(text)


def test_span_is_in_its_place_only_when_the_block_ends(tmp_path: Path) -> None:
    with new_span(tmp_path / "a" / "b", 1, overwrite=False) as folder:
        (folder / "file").write_text("new")
        assert not (tmp_path / "a" / "b" / "span-1").exists()
    assert visible(tmp_path / "a" / "b") == ["span-1"]
    assert (tmp_path / "a" / "b" / "span-1" / "file").read_text() == "new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_failed_block_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), new_span(tmp_path, 1, overwrite=False) as folder:
        (folder / "file").write_text("half")
        raise error
    assert visible(tmp_path) == []


def test_existing_span_is_replaced_only_on_demand_and_only_by_a_whole_one(tmp_path: Path) -> None:
    write(tmp_path, "old")
    with pytest.raises(InputError, match="--overwrite"):
        write(tmp_path, "new")
    with pytest.raises(ValueError, match="boom"), new_span(tmp_path, 1, overwrite=True):
        raise ValueError("boom")
    assert (tmp_path / "span-1" / "file").read_text() == "old"
    write(tmp_path, "new", overwrite=True)
    assert (tmp_path / "span-1" / "file").read_text() == "new"
    assert visible(tmp_path) == ["span-1"]


def test_what_a_killed_run_left_is_cleared_at_the_next_start(tmp_path: Path) -> None:
    for name in (".span-1.partial", ".span-12.partial"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half").write_text("half")
    write(tmp_path, "new")
    assert visible(tmp_path) == [".span-12.partial", "span-1"]
    assert [path.name for path in (tmp_path / "span-1").iterdir()] == ["file"]


def test_span_that_a_killed_run_had_moved_aside_is_put_back(tmp_path: Path) -> None:
    write(tmp_path, "old")
    (tmp_path / "span-1").rename(tmp_path / ".span-1.replaced")
    with pytest.raises(InputError, match="exists"):
        write(tmp_path, "new")
    assert (tmp_path / "span-1" / "file").read_text() == "old"


def test_second_run_on_the_same_span_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    with new_span(tmp_path, 1, overwrite=False) as folder:
        (folder / "file").write_text("first")
        with pytest.raises(InputError, match="one run at a time"):
            write(tmp_path, "second")
        with new_span(tmp_path, 2, overwrite=False):
            pass
    assert (tmp_path / "span-1" / "file").read_text() == "first"


def test_out_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="--out"):
        write(tmp_path / "out", "new")
