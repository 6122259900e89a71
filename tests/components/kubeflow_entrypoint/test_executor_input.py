from __future__ import annotations

import copy
from typing import Any

import pytest

from components.kubeflow_entrypoint.executor_input import folders, for_launcher, for_tfx
from tests.components.kubeflow_entrypoint.drawn import INPUTS_SPEC, PUSHED, ROOT, executor_input


def only(found: dict[str, Any]) -> dict[str, Any]:
    (artifact,) = found["artifacts"]
    return artifact


@pytest.mark.parametrize("kind", [{"instanceSchema": ""}, {}, None], ids=["empty schema", "empty", "null"])
def test_missing_type_comes_from_the_components_inputs(kind: dict[str, str] | None) -> None:
    given = executor_input()
    only(given["inputs"]["artifacts"]["model"])["type"] = kind
    found = only(for_tfx(given, INPUTS_SPEC)["inputs"]["artifacts"]["model"])
    assert found["type"] == INPUTS_SPEC["artifacts"]["model"]["artifactType"]


def test_type_that_is_there_is_kept() -> None:
    given = executor_input()
    only(given["inputs"]["artifacts"]["model"])["type"] = {"schemaTitle": "tfx.Model"}
    found = only(for_tfx(given, INPUTS_SPEC)["inputs"]["artifacts"]["model"])
    assert found["type"] == {"schemaTitle": "tfx.Model"}


def test_every_uri_becomes_a_local_path_and_the_rest_stays() -> None:
    given = executor_input()
    before = copy.deepcopy(given)
    found = for_tfx(given, INPUTS_SPEC, "/scratch")
    assert given == before
    local = ROOT.replace("minio://", "/scratch/minio/")
    assert set(folders(found)) == {
        f"{local}/Trainer/9b1c/model",
        f"{local}/Evaluator/77d0/blessing",
        PUSHED.replace("minio://", "/scratch/minio/"),
    }
    assert found["inputs"]["parameterValues"] == before["inputs"]["parameterValues"]
    assert found["outputs"]["outputFile"] == before["outputs"]["outputFile"]


def test_output_file_on_an_object_store_becomes_a_local_path() -> None:
    given = executor_input()
    given["outputs"]["outputFile"] = "gs://bucket/run/executor_output.json"
    assert for_tfx(given, INPUTS_SPEC)["outputs"]["outputFile"] == "/gcs/bucket/run/executor_output.json"


def test_output_names_object_store_uris_again_and_no_null() -> None:
    told = {
        "artifacts": {
            "pushed_model": {
                "artifacts": [{"uri": PUSHED.replace("minio://", "/minio/"), "metadata": {"pushed": 0.0, "x": None}}]
            }
        },
        "parameterValues": {"kept": "as it is"},
    }
    found = for_launcher(told)
    assert only(found["artifacts"]["pushed_model"]) == {"uri": PUSHED, "metadata": {"pushed": 0.0}}
    assert found["parameterValues"] == {"kept": "as it is"}
