"""Every command of docs/scheduled-retraining.md is run as it stands, where no span holds records yet."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from components.errors import EXIT_BAD_INPUT, EXIT_BUSY, EXIT_FAILED, EXIT_REFUSED
from pipeline.load_config import load_config
from pipeline.retrain.decision import Decision
from pipeline.retrain.outcome import EXIT_INTERRUPTED
from tests.docs.test_docs import ROOT, blocks

PAGE = ROOT / "docs" / "scheduled-retraining.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory as the page speaks of."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "configs", folder / "configs")
    (folder / "data" / "span-1").mkdir(parents=True)
    return folder


@pytest.mark.parametrize("line", [line for block in blocks(PAGE, "sh") for line in block.splitlines()])
def test_command_does_what_the_page_says(folder: Path, line: str) -> None:
    program, *arguments = shlex.split(line)
    command = [sys.executable, "-m", "pipeline.cli"] if program == "fusegate" else [program]
    done = subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (said,) = done.stdout.splitlines()
    kept = (folder / ".fusegate" / "lite" / "retrain" / "decisions.jsonl").read_text().splitlines()[-1]
    assert json.loads(kept)["decision"] == "nothing_new"
    assert said == kept if "--json" in arguments or program != "fusegate" else said == json.loads(kept)["said"]


def test_keys_of_the_page_are_a_configuration(folder: Path) -> None:
    (keys,) = blocks(PAGE, "yaml")
    lite = yaml.safe_load((ROOT / "configs" / "lite.yaml").read_text())
    given = yaml.safe_load(keys)
    file = folder / "given.yaml"
    file.write_text(yaml.safe_dump({**lite, "data": {**lite["data"], **given["data"]}, "retrain": given["retrain"]}))
    retrain = load_config(file).retrain
    assert retrain.drift_limits.brightness == 0.1
    assert set(given["retrain"]) == set(type(retrain).model_fields)


def test_line_of_the_page_has_the_fields_of_a_decision() -> None:
    (line,) = blocks(PAGE, "json")
    assert set(json.loads(" ".join(line.split()).replace(", …}", "}"))) == set(vars(Decision("", "")))


def test_exit_codes_of_the_page_are_those_of_the_code() -> None:
    rows = [line.split("|") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    codes = {
        outcome.strip(" `") or decision.strip(" `"): code.strip() for _, decision, outcome, code, *rest in rows if rest
    }
    assert codes["refused"] == str(EXIT_REFUSED)
    assert codes["over_budget"] == str(EXIT_FAILED)
    assert codes["bad_span"] == str(EXIT_BAD_INPUT)
    assert codes["interrupted"] == str(EXIT_INTERRUPTED)
    assert codes[""] == str(EXIT_BUSY)
