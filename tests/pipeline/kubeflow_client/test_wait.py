from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.kubeflow_client.access import Access
from pipeline.kubeflow_client.calling import ServerError
from pipeline.kubeflow_client.client import Client
from pipeline.kubeflow_client.order import Order
from pipeline.kubeflow_client.pipeline_file import PipelineFile
from pipeline.kubeflow_client.submit import submit
from pipeline.kubeflow_client.wait import PATIENCE, failures_of, wait
from tests.pipeline.kubeflow_client import strict
from tests.pipeline.kubeflow_client.server import World


@pytest.fixture
def started(world: World, compiled: Path) -> tuple[Client, str]:
    client = Client(Access(world.host))
    _, run = submit(client, Order(PipelineFile.read(compiled), "a run", "nightly", {"data_root": "/data"}))
    return client, run.run_id


def plan(world: World, run_id: str, *states: str) -> None:
    world.store.plans[run_id] = list(states)


@pytest.mark.parametrize("end", ["SUCCEEDED", "FAILED", "CANCELED", "SKIPPED"])
def test_every_end_of_a_run_is_seen(end: str, world: World, started: tuple[Client, str]) -> None:
    client, run_id = started
    plan(world, run_id, "PENDING", "RUNNING", "RUNNING", "CANCELING", end)
    said: list[str] = []
    assert wait(client, run_id, said.append, poll=0.01, limit=30).state == end
    assert said == ["PENDING", "RUNNING", "CANCELING", end]


def test_tasks_are_counted_and_those_that_failed_are_named(world: World, started: tuple[Client, str]) -> None:
    client, run_id = started
    plan(world, run_id, "FAILED")
    error = {"code": 13, "message": "exit code 1\x1b[2J"}
    tasks = [{"display_name": "Trainer", "state": "FAILED", "error": error}, {"display_name": "Pusher"}]
    world.store.tasks = [strict.read(task, "V2beta1PipelineTaskDetail") for task in tasks]
    said: list[str] = []
    run = wait(client, run_id, said.append, poll=0.01, limit=30)
    assert said == ["FAILED (tasks: 1 failed, 1 pending)"]
    assert list(failures_of(run)) == ["Trainer: exit code 1\\x1b[2J"]


def test_server_that_fails_for_a_moment_is_asked_again(world: World, started: tuple[Client, str]) -> None:
    client, run_id = started
    plan(world, run_id, "SUCCEEDED")
    world.failing[f"/apis/v2beta1/runs/{run_id}"] = [503] * (PATIENCE - 1)
    assert wait(client, run_id, print, poll=0.01, limit=30).state == "SUCCEEDED"


@pytest.mark.parametrize("answers", [[503] * PATIENCE, [500]])
def test_server_that_goes_on_failing_ends_the_waiting(
    answers: list[int], world: World, started: tuple[Client, str]
) -> None:
    client, run_id = started
    world.failing[f"/apis/v2beta1/runs/{run_id}"] = list(answers)
    with pytest.raises(ServerError, match=f"Received: {answers[0]}"):
        wait(client, run_id, print, poll=0.01, limit=30)


def test_run_that_takes_too_long_is_left_to_go_on(world: World, started: tuple[Client, str]) -> None:
    client, run_id = started
    plan(world, run_id, "RUNNING")
    with pytest.raises(ServerError, match="must end within --max-wait. Received: RUNNING"):
        wait(client, run_id, print, poll=0.01, limit=0.05)
