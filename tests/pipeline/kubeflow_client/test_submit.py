from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from components.errors import InputError
from pipeline.kubeflow_client.access import Access
from pipeline.kubeflow_client.calling import ServerError
from pipeline.kubeflow_client.client import Client
from pipeline.kubeflow_client.order import Order
from pipeline.kubeflow_client.pipeline_file import PipelineFile
from pipeline.kubeflow_client.submit import submit
from tests.pipeline.kubeflow_client.compile_memes import compile_memes
from tests.pipeline.kubeflow_client.server import World

UPLOAD, UPLOAD_VERSION = "/apis/v2beta1/pipelines/upload", "/apis/v2beta1/pipelines/upload_version"


def order(file: Path, **settings: Any) -> Order:
    given = {"name": "a run", "experiment": "nightly", "parameters": {"data_root": "/data", "span": "7"}} | settings
    return Order(compiled=PipelineFile.read(file), **given)


def uploads(world: World) -> list[str]:
    return [path for _, path in world.asked if "upload" in path]


def test_run_of_the_uploaded_version_gets_its_parameters(world: World, compiled: Path) -> None:
    settings = {"service_account": "fusegate", "pipeline_root": "s3://memes/artifacts"}
    version, run = submit(Client(Access(world.host)), order(compiled, **settings))
    assert not version.reused
    assert world.sent[-1] == (
        "runs",
        {
            "experiment_id": run.experiment_id,
            "display_name": "a run",
            "pipeline_version_reference": {
                "pipeline_id": version.pipeline_id,
                "pipeline_version_id": version.version_id,
            },
            "runtime_config": {
                "parameters": {"data_root": "/data", "span": "7"},
                "pipeline_root": "s3://memes/artifacts",
            },
            "service_account": "fusegate",
        },
    )
    assert [each.display_name for each in world.store.experiments.values()] == ["nightly"]


def test_server_gets_the_file_byte_for_byte(world: World, compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[bytes] = []
    keep = world.store.upload
    monkeypatch.setattr(
        world.store, "upload", lambda content, *rest: (received.append(content), keep(content, *rest))[1]
    )
    submit(Client(Access(world.host)), order(compiled))
    assert received == [compiled.read_bytes()]


def test_same_content_is_uploaded_once_and_another_becomes_a_version(
    world: World, compiled: Path, tmp_path: Path
) -> None:
    client = Client(Access(world.host))
    changed = compile_memes(tmp_path / "changed.yaml", image="localhost/memes:2")
    first, _ = submit(client, order(compiled))
    again, _ = submit(client, order(compiled))
    second, _ = submit(client, order(changed))
    second_again, _ = submit(client, order(changed))
    assert uploads(world) == [UPLOAD, UPLOAD_VERSION]
    assert again.reused and again.version_id == first.version_id
    assert second.pipeline_id == first.pipeline_id and second.version_id != first.version_id
    assert second_again.reused and second_again.version_id == second.version_id
    back, _ = submit(client, order(compiled))
    assert back.version_id == first.version_id
    assert len(world.store.experiments) == 1


def test_pipelines_of_two_names_stay_apart(world: World, compiled: Path, tmp_path: Path) -> None:
    client = Client(Access(world.host))
    other = compile_memes(tmp_path / "other.yaml", name="posters")
    assert submit(client, order(compiled))[0].pipeline_id != submit(client, order(other))[0].pipeline_id


def test_two_uploads_at_the_same_time_make_one_version(
    world: World, compiled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = world.store.upload

    def overtaken(*arguments: Any) -> Any:
        """Another client's upload comes in between."""
        keep(*arguments)
        return keep(*arguments)

    monkeypatch.setattr(world.store, "upload", overtaken)
    version, _ = submit(Client(Access(world.host)), order(compiled))
    assert version.reused and len(world.store.versions) == 1


def test_namespace_of_the_user_holds_pipeline_and_experiment(world: World, compiled: Path) -> None:
    world.multi_user = True
    submit(Client(Access(world.host, namespace="memes")), order(compiled))
    kept = [*world.store.pipelines.values(), *world.store.experiments.values()]
    assert [each.namespace for each in kept] == ["memes", "memes"]
    submit(Client(Access(world.host, namespace="memes")), order(compiled))
    assert uploads(world) == [UPLOAD]


def test_what_the_server_refuses_is_told_in_its_words(world: World, compiled: Path) -> None:
    with pytest.raises(InputError, match="parameter epoch provided is not required by pipeline"):
        submit(Client(Access(world.host)), order(compiled, parameters={"data_root": "/data", "epoch": 3}))
    assert world.store.runs == {}


def test_upload_that_fails_starts_no_run(world: World, compiled: Path) -> None:
    world.failing[UPLOAD] = [500]
    with pytest.raises(ServerError, match="must be able to upload"):
        submit(Client(Access(world.host)), order(compiled))
    assert world.store.runs == {} and world.store.experiments == {}


def test_two_pipelines_of_one_name_are_refused(world: World, compiled: Path) -> None:
    submit(Client(Access(world.host)), order(compiled))
    world.store.pipelines["shared"] = next(iter(world.store.pipelines.values()))
    with pytest.raises(InputError, match="one pipeline may be called memes. Received: 2"):
        submit(Client(Access(world.host)), order(compiled))
