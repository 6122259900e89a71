"""The compiled graph: what an operator changes, what each node gets, and a file that pins the whole."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from kfp import components

from components.errors import InputError
from components.frozen_features.cache_location import VARIABLE
from pipeline.adjustable import Adjustable
from pipeline.config import Config
from pipeline.dag import Resolved, make_components
from pipeline.kubeflow.backend_rules import artifact_title
from pipeline.kubeflow.compile_pipeline import ENTRYPOINT, compile_pipeline
from pipeline.kubeflow.compiled import Compiled
from pipeline.kubeflow_config import Node
from tests.pipeline.kubeflow.conftest import IMAGE

GOLDEN = Path(__file__).parent / "golden.yaml"
# What other code, another stack or other weights change.
_VARYING = {"code", "lock", "weights", "stats_options_json"}


def constants(compiled: Compiled, task: str) -> dict[str, Any]:
    given = compiled.tasks[task]["inputs"]["parameters"]
    return {key: each["runtimeValue"]["constant"] for key, each in given.items() if "runtimeValue" in each}


def from_parameters(compiled: Compiled, task: str) -> dict[str, str]:
    given = compiled.tasks[task]["inputs"]["parameters"]
    return {key: each["componentInputParameter"] for key, each in given.items() if "componentInputParameter" in each}


def test_nodes_are_those_of_a_local_run_and_the_report(compiled: Compiled, configure: Callable[..., Config]) -> None:
    config = configure()
    local = make_components(config, Resolved(Adjustable.of(config), "", "", ""))
    assert set(compiled.tasks) == {component.id for component in local} | {"Report"}
    assert set(compiled.tasks) == set(Node.__args__)  # type: ignore[attr-defined]


def test_what_an_operator_changes_is_a_parameter_with_the_configurations_value(compiled: Compiled) -> None:
    assert {name: each["defaultValue"] for name, each in compiled.parameters.items()} == {
        "data_root": "/mnt/fusegate/data",
        "span": "latest",
        "window": 1,
        "epochs": 50,
        "push_to": "/mnt/fusegate/output/models",
        "min_gain": 0.0,
        "min_auc": 0.6,
    }
    assert from_parameters(compiled, "PairedExampleGen") == {"root": "data_root", "span": "span", "window": "window"}
    assert from_parameters(compiled, "Trainer") == {"epochs": "epochs"}
    assert from_parameters(compiled, "LiveModel") == from_parameters(compiled, "Pusher") == {"destination": "push_to"}
    bounds = {"min_gain": "min_gain", "min_auc": "min_auc"}
    assert from_parameters(compiled, "Evaluator") == from_parameters(compiled, "Receipt") == bounds
    assert set(from_parameters(compiled, "Report").values()) == set(compiled.parameters)


def test_paths_are_those_of_the_volume_and_none_is_of_this_machine(compiled: Compiled) -> None:
    assert constants(compiled, "PairedExampleGen")["ledger"] == "/mnt/fusegate/output/ledger.parquet"
    trained = json.loads(constants(compiled, "Trainer")["custom_config"])
    assert trained["checkpoints"] == "/mnt/fusegate/output/checkpoints"
    assert str(Path.cwd()) not in compiled.to_yaml()


def test_ingest_and_live_model_find_out_themselves_and_are_never_cached(compiled: Compiled) -> None:
    assert constants(compiled, "PairedExampleGen")["input_fingerprint"] == ""
    assert constants(compiled, "LiveModel")["registry_fingerprint"] == ""
    cached = {name for name, task in compiled.tasks.items() if task["cachingOptions"].get("enableCache")}
    assert set(compiled.tasks) - cached == {"LiveModel", "PairedExampleGen", "StatisticsGen"}


def test_schema_travels_in_the_file_with_its_slices(compiled: Compiled) -> None:
    assert 'name: "language"' in constants(compiled, "ImportSchemaGen")["schema_text"]


def test_each_node_has_its_resources_retries_environment_volume_and_secrets(compiled: Compiled) -> None:
    trainer = compiled.executors["Trainer_executor"]["container"]
    assert trainer["image"] == IMAGE
    assert trainer["command"] == ENTRYPOINT
    assert trainer["env"] == [{"name": "TF_NUM_INTRAOP_THREADS", "value": "4"}]
    assert trainer["resources"]["memoryLimit"] == 32
    assert trainer["resources"]["accelerator"] == {"type": "nvidia.com/gpu", "count": "1"}
    assert compiled.executors["Pusher_executor"]["container"]["resources"]["cpuLimit"] == 2
    assert compiled.tasks["Trainer"]["retryPolicy"]["maxRetryCount"] == 2
    assert "retryPolicy" not in compiled.tasks["Pusher"]
    assert compiled.platforms is not None
    executors = compiled.platforms["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    assert set(executors) == set(compiled.executors)
    assert executors["Pusher_executor"] == {
        "pvcMount": [{"constant": "fusegate", "mountPath": "/mnt/fusegate"}],
        "secretAsEnv": [{"secretName": "store", "keyToEnv": [{"secretKey": "token", "envVar": "STORE_TOKEN"}]}],
    }


def test_only_frozen_features_is_told_where_vectors_are_kept_across_runs(compiled: Compiled) -> None:
    told = {
        label: variable["value"]
        for label, executor in compiled.executors.items()
        for variable in executor["container"]["env"]
        if variable["name"] == VARIABLE
    }
    assert told == {"FrozenFeatures_executor": "/mnt/fusegate/output/features"}


@pytest.mark.parametrize("location", ["s3://bucket/features", "/mnt/fusegate/shared"])
def test_vectors_may_be_kept_at_a_uri_or_on_a_volume(location: str, configure: Callable[..., Config]) -> None:
    found = compile_pipeline(configure(f"feature_cache.location={location}"), IMAGE)
    assert {"name": VARIABLE, "value": location} in found.executors["FrozenFeatures_executor"]["container"]["env"]


def test_no_vectors_are_kept_where_none_are_asked_for(configure: Callable[..., Config]) -> None:
    assert VARIABLE not in compile_pipeline(configure("feature_cache.location=null"), IMAGE).to_yaml()


def test_vectors_that_would_be_gone_with_their_container_are_refused(configure: Callable[..., Config]) -> None:
    with pytest.raises(InputError, match=r"lie on /mnt/fusegate, or be a URI\. Received: /srv/features"):
        compile_pipeline(configure("feature_cache.location=/srv/features"), IMAGE)


def test_receipt_and_push_are_told_which_run_they_are_in(compiled: Compiled) -> None:
    for task in ("Receipt", "Pusher"):
        assert constants(compiled, task)["pipeline_name"] == "tiny"
        assert constants(compiled, task)["run_id"] == "{{$.pipeline_job_uuid}}"


def test_beam_in_the_containers_packs_nothing(compiled: Compiled) -> None:
    assert compiled.executors["Trainer_executor"]["container"]["args"][-1] == f"--sdk_container_image={IMAGE}"


def test_kfps_own_sdk_loads_the_file(compiled: Compiled, tmp_path: Path) -> None:
    (tmp_path / "pipeline.yaml").write_text(compiled.to_yaml())
    loaded = components.load_component_from_file(str(tmp_path / "pipeline.yaml"))
    assert set(loaded.component_spec.inputs) == set(compiled.parameters)
    assert loaded.component_spec.inputs["epochs"].default == 50
    assert "kubernetes" in loaded.platform_spec.platforms


def test_vertex_gets_the_same_graph_without_platforms(compiled: Compiled, configure: Callable[..., Config]) -> None:
    vertex = {
        "backend": "vertex",
        "pipeline_root": "gs://bucket/root",
        "data_root": "/gcs/bucket/data",
        "output": "/gcs/bucket/out",
    }
    other = compile_pipeline(configure("kubeflow=" + json.dumps(vertex)), IMAGE)
    assert other.platforms is None
    assert other.spec["defaultPipelineRoot"] == "gs://bucket/root"
    assert set(other.tasks) == set(compiled.tasks)
    assert other.parameters["push_to"]["defaultValue"] == "/gcs/bucket/out/models"
    # What Vertex's own client makes of the file.
    from google.cloud.aiplatform.utils import pipeline_utils

    job = {"pipelineSpec": yaml.safe_load(other.to_yaml()), "runtimeConfig": {}}
    builder = pipeline_utils.PipelineRuntimeConfigBuilder.from_job_spec_json(job)
    builder.update_pipeline_root("gs://bucket/root")
    builder.update_runtime_parameters({"epochs": 3})
    assert builder.build()["parameterValues"]["epochs"] == 3


def test_image_must_be_named(configure: Callable[..., Config]) -> None:
    with pytest.raises(InputError, match=r"Give --image"):
        compile_pipeline(configure())


def test_compiling_twice_gives_the_same_file(compiled: Compiled, configure: Callable[..., Config]) -> None:
    assert compile_pipeline(configure(), IMAGE).to_yaml() == compiled.to_yaml()


def normalised(compiled: Compiled) -> list[Any]:
    """The documents without what another stack or an edit of the code changes; types by their titles."""

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(each) for each in node]
        if not isinstance(node, dict):
            return _without_digests(node)
        if "artifactType" in node:
            return artifact_title(node["artifactType"])
        return {
            key: "(varies)" if key in _VARYING and "runtimeValue" in each else walk(each) for key, each in node.items()
        }

    spec = {key: value for key, value in compiled.spec.items() if key != "sdkVersion"}
    return [walk(spec), walk(compiled.platforms)]


def _without_digests(value: Any) -> Any:
    """Digests inside of texts, and the inputs' types that TFX repeats among the arguments."""
    if not isinstance(value, str):
        return value
    if value.startswith("{") and '"artifactType"' in value:
        return "(the component's inputs)"
    return re.sub(r'"code": ?"[0-9a-f]{16}"', '"code": "(varies)"', value)


def test_compiled_file_is_the_one_that_was_reviewed(compiled: Compiled) -> None:
    """Set UPDATE_GOLDEN=1 to write it anew, and review what changed."""
    found = yaml.safe_dump_all(normalised(compiled), sort_keys=True, width=120)
    if os.environ.get("UPDATE_GOLDEN") == "1":
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text()
