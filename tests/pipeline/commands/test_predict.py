from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from components.errors import InputError
from pipeline.commands.predict import predict
from tests.components.small_model import draw_pairs, write_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_model(tmp_path_factory.mktemp("model"), draw_pairs(3))


def run(model: str, folder: Path, *rows: dict[str, str]) -> tuple[int, str]:
    manifest = folder / "manifest.jsonl"
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    arguments = ["--model", model, "--input", str(manifest), "--out", str(folder / "scores.csv")]
    result = CliRunner().invoke(predict, arguments)
    if isinstance(result.exception, InputError):
        raise result.exception
    return result.exit_code, result.output


def test_counts_what_drove_and_what_could_not_be_scored(model: str, tmp_path: Path) -> None:
    code, said = run(model, tmp_path, {"id": "a", "text": "hello"}, {"id": "b", "img": "nowhere.jpg", "text": "hello"})
    assert code == 0
    assert "Scored 1 of 2 pairs" in said and f"with {model} (serves fused)" in said
    assert "1  image_missing" in said and f"File: {tmp_path / 'scores.csv'}" in said


def test_input_of_which_nothing_can_be_scored_fails_and_is_written_all_the_same(model: str, tmp_path: Path) -> None:
    code, said = run(model, tmp_path, {"id": "a", "text": ""})
    assert code == 1 and "Scored 0 of 1 pairs" in said
    assert "image_missing" in (tmp_path / "scores.csv").read_text()


def test_unusable_manifest_is_bad_input(model: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--input must hold rows"):
        run(model, tmp_path)
