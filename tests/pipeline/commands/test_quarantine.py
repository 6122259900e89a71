from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from components.errors import InputError
from pipeline.commands.quarantine import quarantine

ROWS = [
    {"id": "m1", "reason": "text_empty", "detail": "The text is empty.", "source": "f:1", "offset": None},
    {"id": "", "reason": "id_missing", "detail": "No id.", "source": "f:2", "offset": None},
    {"id": "m\x1b[2J", "reason": "text_empty", "detail": "The text is empty.", "source": "f:3", "offset": None},
]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A configuration whose output holds two runs, of which the last has a quarantine."""
    artifact = tmp_path / "artifact"
    artifact.mkdir()
    (artifact / "quarantine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    for run, summary in {
        "20260101-1": {},
        "20260102-1": {"quarantine_path": str(artifact / "quarantine.jsonl")},
    }.items():
        (tmp_path / "out" / "runs" / run).mkdir(parents=True)
        (tmp_path / "out" / "runs" / run / "summary.json").write_text(json.dumps(summary))
    config = {
        "name": "tiny",
        "preset": "lite",
        "output": str(tmp_path / "out"),
        "data": {"root": "x"},
        "image": {"weights": "random"},
    }
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(config))
    return tmp_path


def run(*arguments: object) -> str:
    result = CliRunner().invoke(quarantine, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_last_run_is_listed_with_counts_reasons_and_places(world: Path) -> None:
    printed = run("--config", world / "tiny.yaml")
    assert "3 pairs set apart" in printed
    assert "2  text_empty" in printed
    assert "(no id)  id_missing  f:2" in printed
    assert "\x1b" not in printed


def test_run_may_be_an_id_or_a_folder(world: Path) -> None:
    wanted = run("--config", world / "tiny.yaml", "--count")
    assert wanted.count("\n") == 3
    assert run("20260102-1", "--config", world / "tiny.yaml", "--count") == wanted
    assert run(world / "out" / "runs" / "20260102-1", "--count") == wanted
    assert run(world / "artifact", "--count") == wanted


def test_list_is_filtered_bounded_and_printed_as_json(world: Path) -> None:
    (row,) = map(json.loads, run(world / "artifact", "--json", "--id", "m1").splitlines())
    assert row == ROWS[0]
    assert "1 more: --limit 0" in run(world / "artifact", "--reason", "text_empty", "--limit", 1)
    assert "more" not in run(world / "artifact", "--limit", 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--config must say where the runs are"),
        (["--config", "tiny.yaml", "20250101-1"], "The last ones are: 20260101-1, 20260102-1"),
        (["--config", "tiny.yaml", "20260101-1"], "must have come to its ingest"),
        (["artifact", "--reason", "text_blank"], "--reason must be one of"),
        (["out"], "has a summary.json"),
    ],
)
def test_what_cannot_be_found_is_said_with_the_mend(
    world: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(world)
    with pytest.raises(InputError, match=said):
        CliRunner().invoke(quarantine, arguments, catch_exceptions=False)
