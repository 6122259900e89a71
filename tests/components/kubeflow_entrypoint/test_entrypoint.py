"""The real entrypoint and TFX's own, on what the backend's driver writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from components.errors import InputError
from components.kubeflow_entrypoint.__main__ import TFX, main
from components.kubeflow_entrypoint.artifact_uri import ROOT_VARIABLE
from tests.components.kubeflow_entrypoint.drawn import PUSHED, arguments, executor_input


def run(module: str, arguments: list[str], scratch: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, ROOT_VARIABLE: str(scratch)}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_executor_runs_on_what_the_driver_writes_and_its_output_is_the_launchers(tmp_path: Path) -> None:
    given = executor_input()
    given["outputs"]["outputFile"] = str(tmp_path / "task" / "output_metadata.json")
    done = run("components.kubeflow_entrypoint", arguments(given), tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "task" / "output_metadata.json").read_text())
    (pushed,) = told["artifacts"]["pushed_model"]["artifacts"]
    assert pushed["uri"] == PUSHED
    assert pushed["metadata"]["pushed"] == 0
    assert pushed["metadata"]["reason"] == "the candidate was not blessed"
    assert (tmp_path / PUSHED.replace("minio://", "minio/")).is_dir()


def test_tfx_without_the_entrypoint_still_fails_so_that_it_is_still_needed(tmp_path: Path) -> None:
    given = executor_input()
    given["outputs"]["outputFile"] = str(tmp_path / "task" / "output_metadata.json")
    done = run(TFX, arguments(given), tmp_path)
    assert done.returncode != 0
    assert "_retrieve_class_path" in done.stderr
    assert not (tmp_path / "task").exists()


@pytest.mark.parametrize("flag", ["--json_serialized_invocation_args", "--json_serialized_inputs_spec_args"])
def test_missing_argument_is_named(flag: str) -> None:
    given = arguments(executor_input())
    place = given.index(flag)
    with pytest.raises(InputError, match=f"must be given {flag}"):
        main(given[:place] + given[place + 2 :])


def test_entrypoint_is_imported_cheaply() -> None:
    code = (
        "import sys, components.kubeflow_entrypoint.__main__\n"
        "print([name for name in ('tfx', 'tensorflow', 'numpy', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
