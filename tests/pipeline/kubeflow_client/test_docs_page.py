"""Every command of the page on runs and schedules is run, in its order."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
import yaml

from pipeline import cli
from tests.pipeline.kubeflow_client.server import World

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "kubeflow-submit.md").read_text()
LINES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL) for line in block.splitlines()]


def test_every_command_does_what_the_page_says(
    world: World, compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = yaml.safe_load(compiled.read_text())
    # As `fusegate kubeflow compile` writes it: every parameter has a value.
    spec["root"]["inputDefinitions"]["parameters"]["data_root"]["defaultValue"] = "/data"
    (tmp_path / "pipeline.yaml").write_text(yaml.safe_dump(spec))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KF_PIPELINES_ENDPOINT", world.host)
    ran = []
    for line in LINES:
        if line.startswith("fusegate "):
            monkeypatch.setattr(sys, "argv", shlex.split(line))
            with pytest.raises(SystemExit) as leave:
                cli.main()
            assert not leave.value.code, line
            ran.append(line.split()[2])
    assert set(ran) == {"submit", "schedule", "runs", "pause"}
    assert [run.runtime_config.parameters["span"] for run in world.store.runs.values()] == ["7", "latest"]
    assert [made.trigger.cron_schedule.cron for made in world.store.schedules.values()] == [
        "0 30 3 * * 1,2,3,4,5",
        "0 0 6 * * 0",
    ]
    assert [made.status for made in world.store.schedules.values()] == ["DISABLED", "ENABLED"]


def test_secrets_and_overlays_of_the_page_are_those_of_the_manifests() -> None:
    manifests = ROOT / "kubeflow" / "manifests"
    files = "".join(path.read_text() for path in manifests.rglob("*.yaml"))
    secrets = [line.split()[4] for line in LINES if line.startswith("kubectl create secret")]
    assert len(secrets) == 2 and all(secret in files for secret in secrets)
    (applied,) = (line.split()[-1] for line in LINES if line.startswith("kubectl apply -k"))
    assert (ROOT / applied / "kustomization.yaml").is_file()
    overlays = set(re.findall(r"`overlays/([\w-]+)`", PAGE))
    assert overlays == {path.name for path in (manifests / "overlays").iterdir()}
