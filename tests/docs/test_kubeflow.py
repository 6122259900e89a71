"""Every command of the page on Kubeflow, in its order: a compiled pipeline and two rehearsals on growing data."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.demo.memes import draw_memes
from tests.docs.page_commands import page_commands, run_command

pytestmark = pytest.mark.kubeflow
COUNTS = {"memes": 240, "more": 60}
# The backbone is small and random, so the gate asks for nothing that only a good model could show.
SETTINGS: dict[str, Any] = {
    "name": "tiny",
    "preset": "vgg16_lstm",
    "output": "out",
    "data": {"root": "data", "min_per_class": 5},
    "image": {"weights": "random", "size": 32, "pooling": "avg"},
    "text": {"max_tokens": 16, "vocabulary": 500},
    "image_branch": {"kind": "linear", "normalize": True},
    "text_branch": {"kinds": ["lexical"]},
    "train": {"head": "late", "folds": 2, "epochs": 3},
    "gate": {"min_gain": -1, "min_auc": 0.1, "max_drop": 1, "max_missing_loss": None, "draws": 200},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reader")
    for seed, (name, count) in enumerate(COUNTS.items(), start=3):
        manifest = draw_memes(made / name, count, seed=seed, size=(96, 96))
        manifest.write_text(manifest.read_text().replace('"id": "', f'"id": "{name}-'))
    (made / "configs").mkdir()
    (made / "configs" / "lite.yaml").write_text(yaml.safe_dump(SETTINGS))
    return made


@pytest.fixture(scope="module")
def reports(folder: Path) -> list[dict[str, Any]]:
    """The summaries beside the reports of the page's rehearsals, once all of its commands were run."""
    found = []
    for line in page_commands("kubeflow.md"):
        if "--engine podman" in line:
            # Run in the image, by the tests of the image.
            continue
        said = run_command(line, folder)
        for report in re.findall(r"^Report +(\S+)$", said, flags=re.MULTILINE):
            assert "<html" in (folder / report).read_text()
            found.append(json.loads((folder / report).with_name("summary.json").read_text()))
    return found


def test_the_page_s_rehearsals_run_to_their_end(reports: list[dict[str, Any]]) -> None:
    first, second = reports
    assert first["verdict"] == "pushed"
    assert second["verdict"] in ("pushed", "refused")
    assert first["config"] != second["config"]


def test_second_rehearsal_encodes_only_the_new_pairs(reports: list[dict[str, Any]]) -> None:
    first, second = (each["features"]["image"] for each in reports)
    assert (first["encoded"], first["hits"]) == (COUNTS["memes"], 0)
    assert (second["encoded"], second["hits"]) == (COUNTS["more"], COUNTS["memes"])


def test_second_version_is_pushed_only_if_it_is_better(reports: list[dict[str, Any]], folder: Path) -> None:
    first, second = reports
    (against_live,) = [rule for rule in second["rules"] if "gate.max_drop" in rule["name"]]
    pushed = [second["pushed_version"]] if against_live["passed"] else []
    models = folder / "rehearsal" / "volumes" / "fusegate" / "output" / "models"
    assert sorted(path.name for path in models.glob("[0-9]*")) == sorted([first["pushed_version"], *pushed])
