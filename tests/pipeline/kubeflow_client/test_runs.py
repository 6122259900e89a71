from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from components.errors import InputError
from pipeline.kubeflow_client import runs
from pipeline.kubeflow_client.access import Access
from pipeline.kubeflow_client.client import Client
from pipeline.kubeflow_client.order import Order
from pipeline.kubeflow_client.pipeline_file import PipelineFile
from pipeline.kubeflow_client.schedule import schedule
from pipeline.kubeflow_client.submit import submit
from tests.pipeline.kubeflow_client.server import World


@pytest.fixture
def client(world: World, compiled: Path) -> Client:
    client = Client(Access(world.host))
    for number in range(5):
        experiment = "even" if number % 2 == 0 else "odd"
        submit(client, Order(PipelineFile.read(compiled), f"run {number}", experiment, {"data_root": "/data"}))
    return client


def test_runs_are_listed_newest_first_over_several_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "PAGE", 2)
    assert [row.name for row in runs.list_runs(client, None, 99)] == [f"run {number}" for number in (4, 3, 2, 1, 0)]
    assert [row.name for row in runs.list_runs(client, None, 3)] == ["run 4", "run 3", "run 2"]


def test_runs_of_one_experiment_are_listed_alone(client: Client) -> None:
    assert [row.name for row in runs.list_runs(client, "odd", 99)] == ["run 3", "run 1"]
    with pytest.raises(InputError, match="--experiment must name one that exists. Received: 'none'"):
        runs.list_runs(client, "none", 99)


def test_row_tells_state_and_times(world: World, client: Client) -> None:
    run = next(iter(world.store.runs.values()))
    run.state, run.recurring_run_id = "SUCCEEDED", "schedule-1"
    run.finished_at = datetime(2026, 1, 1, 5, tzinfo=timezone.utc)
    other = list(world.store.runs.values())[1]
    # As the server writes it while a run goes on.
    other.finished_at = datetime(1970, 1, 1, tzinfo=timezone.utc)
    rows = {row.name: row for row in runs.list_runs(client, None, 99)}
    assert (rows["run 0"].state, rows["run 0"].finished_at) == ("SUCCEEDED", "2026-01-01T05:00:00+00:00")
    assert rows["run 0"].recurring_run_id == "schedule-1"
    assert (rows["run 1"].state, rows["run 1"].finished_at) == ("PENDING", None)


def test_schedules_are_listed_over_several_pages(
    client: Client, compiled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PAGE", 2)
    for hour in range(3):
        order = Order(
            PipelineFile.read(compiled), f"at {hour}", "even", {"data_root": "/data"}, cron=f"0 0 {hour} * * *"
        )
        schedule(client, order, replace=False)
    rows = runs.list_schedules(client, "even")
    assert [(row.name, row.state, row.cron) for row in rows] == [
        (f"at {hour}", "ENABLED", f"0 0 {hour} * * *") for hour in (2, 1, 0)
    ]
    assert runs.list_schedules(client, "odd") == []
