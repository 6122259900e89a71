"""The demo's compiled pipeline, rehearsed in containers of the real image; the tests share two rehearsals."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from components.pack.pack import pack
from pipeline.demo.memes import draw_memes
from tests.docs.page_commands import page_commands
from tools.image import STAGES

from .conftest import ROOT, InImage

pytestmark = pytest.mark.kubeflow
CONFIG = "configs/demo.yaml"
# As the page has it; `test_kubeflow.py` of the docs runs its other commands.
(REHEARSE,) = (line for line in page_commands("kubeflow.md") if "--engine podman" in line)
OUTPUTS = ("fused", "image_only", "text_only", "late")
GIVEN, NEW = 800, 200


@dataclasses.dataclass(frozen=True)
class Ended:
    """A rehearsal that the command line has run."""

    told: str
    errors: str
    code: int
    tasks: Mapping[str, str]
    report: Mapping[str, Any]
    versions: Sequence[str]


class Cluster:
    """A compiled pipeline, and a volume with drawn spans."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.volume = folder / "rehearsal" / "volumes" / "fusegate"

    def add_span(self, number: int, count: int, drawn: Path) -> None:
        manifest = draw_memes(drawn, count, seed=6 + number)
        named = manifest.read_text().replace('"id": "', f'"id": "{number}-')
        manifest.write_text(named)
        pack(manifest, self.volume / "data", number)

    def compile(self) -> None:
        file = str(self.folder / "pipeline.yaml")
        fusegate("kubeflow", "compile", "--config", CONFIG, "--image", STAGES["fusegate"], "--out", file, folder=ROOT)

    def rehearse(self, *parameters: str) -> Ended:
        given = [part for parameter in parameters for part in ("--param", parameter)]
        done = fusegate(*shlex.split(REHEARSE)[1:], *given, folder=self.folder, check=False)
        places = {name: Path(path) for name, path in re.findall(r"^(Logs|Report) +(\S+)$", done.stdout, re.MULTILINE)}
        tasks = json.loads((self.folder / places["Logs"] / "summary.json").read_text())["tasks"]
        page = self.folder / places["Report"] if "Report" in places else None
        assert page is None or "<html" in page.read_text()
        return Ended(
            done.stdout,
            done.stderr,
            done.returncode,
            {task["name"]: task["state"] for task in tasks},
            json.loads(page.with_name("summary.json").read_text()) if page else {},
            sorted(path.name for path in (self.volume / "output" / "models").glob("[0-9]*")),
        )


def fusegate(*command: str, folder: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "pipeline.cli", *command]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    made.add_span(1, GIVEN, tmp_path_factory.mktemp("first"))
    made.compile()
    return made


@pytest.fixture(scope="module")
def local(cluster: Cluster, in_image: InImage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a local run of the same data in the same image has pushed; it is made before the data grow."""
    work = tmp_path_factory.mktemp("local")
    shutil.copytree(cluster.volume / "data", work / "data")
    settings = ("--set", "data.root=/mnt/here/data", "--set", "output=/mnt/here/output")
    done = in_image("fusegate", "run", "--config", CONFIG, *settings, work=work)
    assert done.returncode == 0, done.stdout + done.stderr
    return work / "output" / "models"


@pytest.fixture(scope="module")
def first(cluster: Cluster, local: Path) -> Ended:
    return cluster.rehearse()


@pytest.fixture(scope="module")
def second(cluster: Cluster, first: Ended, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    cluster.add_span(2, NEW, tmp_path_factory.mktemp("second"))
    return cluster.rehearse("window=2")


def test_every_task_ends_well_and_a_model_is_pushed_with_a_report(first: Ended) -> None:
    assert first.code == 0, first.told + first.errors
    assert set(first.tasks.values()) == {"done"}
    assert first.report["verdict"] == "pushed"
    assert first.versions == [first.report["pushed_version"]]
    assert first.report["versions"]["tfx"] == "1.21.0"


def test_its_model_predicts_what_the_model_of_a_local_run_predicts(
    first: Ended, local: Path, cluster: Cluster, in_image: InImage, tmp_path: Path
) -> None:
    shutil.copytree(local, tmp_path / "local")
    shutil.copytree(cluster.volume / "output" / "models" / first.versions[0], tmp_path / "rehearsed")
    shutil.copytree(cluster.volume / "data" / "span-1", tmp_path / "span")
    rows = {}
    for name in ("local", "rehearsed"):
        given = ("--model", f"/mnt/here/{name}", "--input", "/mnt/here/span", "--out", f"/mnt/here/{name}.csv")
        done = in_image("fusegate", "predict", *given, work=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        with (tmp_path / f"{name}.csv").open(newline="") as file:
            rows[name] = {row["id"]: row for row in csv.DictReader(file)}
    assert len(rows["local"]) == len(rows["rehearsed"]) == GIVEN
    apart = [
        abs(float(row[output]) - float(rows["rehearsed"][key][output]))
        for key, row in rows["local"].items()
        for output in OUTPUTS
    ]
    assert max(apart) <= 1e-6


def test_second_rehearsal_encodes_only_the_new_pairs(first: Ended, second: Ended) -> None:
    assert second.code == 0, second.told + second.errors
    assert first.report["features"]["image"]["encoded"] == GIVEN
    assert second.report["features"]["image"]["encoded"] == NEW
    assert second.report["features"]["image"]["hits"] == GIVEN


def test_second_version_is_pushed_only_if_it_is_better(first: Ended, second: Ended) -> None:
    pushed = {"pushed": [second.report["pushed_version"]], "refused": []}[second.report["verdict"]]
    assert second.versions == sorted([*first.versions, *pushed])
    (against_live,) = [rule for rule in second.report["rules"] if "gate.max_drop" in rule["name"]]
    assert against_live["passed"] is (second.report["verdict"] == "pushed")


def test_task_that_fails_is_named_with_its_log_and_stops_what_waits_for_it(second: Ended, cluster: Cluster) -> None:
    failed = cluster.rehearse("span=9")
    assert failed.code == 1
    assert {name for name, state in failed.tasks.items() if state == "failed"} == {"PairedExampleGen"}
    assert failed.tasks["StatisticsGen"] == failed.tasks["Pusher"] == "skipped"
    assert "PairedExampleGen failed. Received: exit code 1" in failed.errors
    assert "Received: 9. There are: 1, 2" in failed.errors
    assert failed.versions == second.versions
