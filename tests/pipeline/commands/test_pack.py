"""`fusegate pack` as it is typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from pipeline import cli


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Four usable pairs, one without its image, and a column that is not read."""
    rows = []
    for number in range(5):
        if number:
            Image.new("RGB", (8, 8), (number * 50, 0, 0)).save(tmp_path / f"{number}.png")
        rows.append({"id": number, "img": f"{number}.png", "text": "text", "label": number % 2, "split": "train"})
    path = tmp_path / "manifest.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def exit_code_of(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["fusegate", "pack", *map(str, arguments)])
    try:
        cli.main()
    except SystemExit as leave:
        return int(leave.code or 0)
    return 0


def test_summary_adds_up_and_names_the_quarantine(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code_of(monkeypatch, manifest, "--out", tmp_path / "data", "--span", 2) == 0
    printed = capsys.readouterr().out
    assert "Packed 4 of 5 pairs (2 of label 0, 2 of label 1) in 1 file" in printed
    assert f"Quarantined 1, listed in {tmp_path}/data/span-2/quarantine.jsonl:" in printed
    assert "1  image_missing" in printed
    assert "Columns not read: split." in printed
    assert (tmp_path / "data" / "span-2" / "quarantine.jsonl").is_file()


def test_existing_span_leaves_with_exit_code_2_and_its_way_out(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = (manifest, "--out", tmp_path / "data", "--span", 1)
    assert exit_code_of(monkeypatch, *command) == 0
    assert exit_code_of(monkeypatch, *command) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert exit_code_of(monkeypatch, *command, "--overwrite", "--shards", 2) == 0
    assert len(list((tmp_path / "data" / "span-1").glob("*.tfrecord.gz"))) == 2


def test_pairs_are_added_as_a_version_and_the_second_time_there_is_nothing_to_add(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = (manifest, "--out", tmp_path / "data", "--span", 1, "--slices", "split")
    assert exit_code_of(monkeypatch, *command) == 0
    Image.new("RGB", (8, 8)).save(tmp_path / "0.png")
    assert exit_code_of(monkeypatch, *command, "--append") == 0
    printed = capsys.readouterr().out
    assert "Added 1 pairs to span-1, replaced 0, left 4 as they were; 1 taken out of its quarantine" in printed
    assert f"Span: {tmp_path}/data/span-1/v1" in printed
    assert exit_code_of(monkeypatch, *command, "--append") == 0
    assert "Added 0 pairs to span-1/v1, replaced 0, left 5 as they were" in capsys.readouterr().out
    assert not (tmp_path / "data" / "span-1" / "v2").exists()


@pytest.mark.parametrize("options", [["--append", "--overwrite"], ["--slices", "language,label"]])
def test_options_that_contradict_are_refused(manifest: Path, tmp_path: Path, options: list[str]) -> None:
    result = help_of(str(manifest), "--out", str(tmp_path / "data"), "--span", "1", *options)
    assert result.exit_code == 2
    assert not (tmp_path / "data").exists()


def test_manifest_that_cannot_be_learnt_from_leaves_with_exit_code_2(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest.write_text("")
    assert exit_code_of(monkeypatch, manifest, "--out", tmp_path / "data", "--span", 1) == 2
    assert "holds none" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def help_of(*arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, ["pack", *arguments])


@pytest.mark.parametrize("arguments", [["none.jsonl", "--out", "data", "--span", "1"], [], ["--span", "-1"]])
def test_wrong_usage_leaves_with_exit_code_2(arguments: list[str]) -> None:
    assert help_of(*arguments).exit_code == 2


def test_help_shows_examples() -> None:
    assert "fusegate pack memes/manifest.jsonl --out data --span 1" in help_of("--help").output


def test_help_imports_neither_beam_nor_tensorflow_nor_pillow() -> None:
    code = (
        "import sys; from pipeline.cli import main; sys.argv = ['fusegate', 'pack', '--help']\n"
        "try: main()\n"
        "finally: print([name for name in ('apache_beam', 'tensorflow', 'PIL', 'rich') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.splitlines()[-1] == "[]"


def test_terminal_shows_nothing_but_what_fusegate_says(manifest: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipeline.cli", "pack", manifest, "--out", tmp_path / "data", "--span", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    strangers = [line for line in done.stderr.splitlines() if not line.startswith("packing: ")]
    assert strangers == []


def test_text_is_read_in_the_encoding_that_is_named(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    for label, text in (("0", b"plain"), ("1", "café".encode("cp1252"))):
        (photos / label).mkdir(parents=True)
        Image.new("RGB", (64, 64), "orange").save(photos / label / f"{label}.png")
        (photos / label / f"{label}.txt").write_bytes(text)
    arguments = ["pack", str(photos), "--out", str(tmp_path / "data")]
    assert "not UTF-8" in str(CliRunner().invoke(cli.cli, [*arguments, "--span", "1"]).exception)
    encodings = ["--text-encoding", "utf-8", "--text-encoding", "cp1252"]
    assert "Packed 2 of 2" in CliRunner().invoke(cli.cli, [*arguments, "--span", "2", *encodings]).output
    unknown = CliRunner().invoke(cli.cli, [*arguments, "--span", "3", "--text-encoding", "latin-99"])
    assert unknown.exit_code == 2
    assert "Received: latin-99" in unknown.output
