"""What cannot be packed is told, and leaves no span and no half of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from components.errors import FusegateError, InputError
from components.pack.pack import pack


def visible(out: Path) -> list[str]:
    return sorted(path.name for path in out.glob("*")) if out.exists() else []


@pytest.mark.parametrize("content", ["", "\n\n", "id,img,text,label\n"])
def test_empty_manifest_is_refused(tmp_path: Path, content: str) -> None:
    manifest = tmp_path / ("m.csv" if content.startswith("id") else "m.jsonl")
    manifest.write_text(content)
    with pytest.raises(InputError, match="holds none"):
        pack(manifest, tmp_path / "data", span=1)
    assert not (tmp_path / "data").exists()


def test_missing_column_is_refused_and_the_found_ones_are_named(memes: Any, tmp_path: Path) -> None:
    memes.add()
    memes.add()
    memes.rows = [{"caption" if name == "text" else name: value for name, value in row.items()} for row in memes.rows]
    with pytest.raises(InputError, match=r"with caption, id, img, label\. Add or rename: text"):
        pack(memes.jsonl(), tmp_path / "data", span=1)
    assert not (tmp_path / "data").exists()


def test_manifest_of_broken_lines_is_refused_with_the_first(memes: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 1: The line is not JSON"):
        pack(memes.jsonl("[{", "nonsense"), tmp_path / "data", span=1)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("labels", "held"), [([1, 1], "only label 1"), (["yes", "no"], "no label 0 or 1 .line 1:")])
def test_manifest_of_one_class_is_refused(memes: Any, tmp_path: Path, labels: list, held: str) -> None:
    for label in labels:
        memes.add(label=label)
    with pytest.raises(InputError, match=held):
        pack(memes.jsonl(), tmp_path / "data", span=1)
    assert not (tmp_path / "data").exists()


def test_one_class_left_after_the_quarantine_is_refused_with_the_reasons_and_leaves_no_span(
    memes: Any, tmp_path: Path
) -> None:
    memes.add(label=0, img="none.png")
    memes.add(label=1)
    with pytest.raises(InputError, match=r"1 usable pairs, all of label 1.*\n  1 × image_missing, as manifest.jsonl:1"):
        pack(memes.jsonl(), tmp_path / "data", span=1)
    assert visible(tmp_path / "data") == [".span-1.lock"]


def test_nothing_usable_keeps_the_span_that_was_there(memes: Any, read_span: Any, tmp_path: Path) -> None:
    memes.add()
    memes.add()
    pack(memes.jsonl(), tmp_path / "data", span=1)
    before = read_span(tmp_path / "data" / "span-1")
    for path in memes.folder.glob("img/*"):
        path.unlink()
    with pytest.raises(InputError, match="no usable pair"):
        pack(memes.jsonl(), tmp_path / "data", span=1, overwrite=True)
    assert read_span(tmp_path / "data" / "span-1") == before


def test_failure_to_write_is_told_and_leaves_no_span(
    memes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memes.add()
    memes.add()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("components.pack.write_shard.encode_example", full)
    with pytest.raises(FusegateError, match="No space left on device") as caught:
        pack(memes.jsonl(), tmp_path / "data", span=1)
    assert caught.value.exit_code == 1
    assert visible(tmp_path / "data") == [".span-1.lock"]


@pytest.mark.parametrize(("raised", "seen"), [(KeyboardInterrupt, KeyboardInterrupt), (TypeError, RuntimeError)])
def test_interrupt_and_defect_reach_the_caller_and_leave_no_span(
    memes: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    raised: type[BaseException],
    seen: type[BaseException],
) -> None:
    memes.add()
    memes.add()

    def stop(*_: object) -> None:
        raise raised

    monkeypatch.setattr("components.pack.write_shard.encode_example", stop)
    with pytest.raises(seen):
        pack(memes.jsonl(), tmp_path / "data", span=1)
    assert visible(tmp_path / "data") == [".span-1.lock"]


def test_row_lost_on_the_way_is_noticed(memes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memes.add()
    memes.add()
    manifest = memes.jsonl()

    def shorten(*_: object) -> int:
        manifest.write_text(manifest.read_text().splitlines()[0])
        return 0

    monkeypatch.setattr("components.pack.progress.PROGRESS.start", shorten)
    with pytest.raises(FusegateError, match="2 rows, 1 packed, 0 set apart"):
        pack(manifest, tmp_path / "data", span=1)
    assert visible(tmp_path / "data") == [".span-1.lock"]


@pytest.mark.parametrize("runner", ["DaskRunner", "apache_beam.runners.dask.dask_runner.DaskRunner"])
def test_runner_that_loses_records_is_refused(memes: Any, tmp_path: Path, runner: str) -> None:
    memes.add()
    memes.add()
    with pytest.raises(InputError, match="loses records"):
        pack(memes.jsonl(), tmp_path / "data", span=1, beam_args=[f"--runner={runner}"])


def test_unknown_runner_is_refused(memes: Any, tmp_path: Path) -> None:
    memes.add()
    memes.add()
    with pytest.raises(InputError, match="NoSuchRunner"):
        pack(memes.jsonl(), tmp_path / "data", span=1, beam_args=["--runner=NoSuchRunner"])
    assert visible(tmp_path / "data") == [".span-1.lock"]
