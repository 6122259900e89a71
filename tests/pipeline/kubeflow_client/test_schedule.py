from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from components.errors import InputError
from pipeline.kubeflow_client.access import Access
from pipeline.kubeflow_client.calling import ServerError
from pipeline.kubeflow_client.client import Client
from pipeline.kubeflow_client.order import Order
from pipeline.kubeflow_client.pause import pause
from pipeline.kubeflow_client.pipeline_file import PipelineFile
from pipeline.kubeflow_client.runs import list_schedules
from pipeline.kubeflow_client.schedule import schedule
from tests.pipeline.kubeflow_client.compile_memes import compile_memes
from tests.pipeline.kubeflow_client.server import World


@pytest.fixture
def client(world: World) -> Client:
    return Client(Access(world.host))


def nightly(file: Path, **settings: Any) -> Order:
    given = {"name": "nightly", "experiment": "memes", "parameters": {"data_root": "/data", "epochs": 5}}
    return Order(compiled=PipelineFile.read(file), **given | {"cron": "0 30 3 * * *"} | settings)


def states(client: Client) -> dict[str, str]:
    return {row.id: row.state for row in list_schedules(client, None)}


def test_recurring_run_is_made_with_one_at_a_time_and_no_catch_up(world: World, client: Client, compiled: Path) -> None:
    done = schedule(client, nightly(compiled, service_account="fusegate"), replace=False)
    path, sent = world.sent[-1]
    assert path == "recurringruns"
    assert sent["max_concurrency"] == 1 and sent["no_catchup"] is True and sent["mode"] == "ENABLE"
    assert sent["trigger"] == {"cron_schedule": {"cron": "0 30 3 * * *"}}
    assert sent["pipeline_version_reference"]["pipeline_version_id"] == done.version.version_id
    assert sent["runtime_config"] == {"parameters": {"data_root": "/data", "epochs": 5}}
    assert sent["service_account"] == "fusegate"
    assert states(client) == {done.run_id: "ENABLED"}


def test_same_schedule_given_twice_is_one(client: Client, compiled: Path) -> None:
    first = schedule(client, nightly(compiled), replace=False)
    again = schedule(client, nightly(compiled), replace=True)
    assert again.reused and again.run_id == first.run_id and again.paused == []
    assert len(states(client)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"cron": "0 0 4 * * *"},
        {"parameters": {"data_root": "/other"}},
        {"service_account": "other"},
        {"max_concurrency": 2},
        {"no_catchup": False},
        {"pipeline_root": "s3://memes/other"},
    ],
    ids=str,
)
def test_another_schedule_of_the_name_takes_its_place_only_when_asked(
    change: dict[str, Any], client: Client, compiled: Path
) -> None:
    first = schedule(client, nightly(compiled), replace=False)
    with pytest.raises(InputError, match=f"Received: another one is on, {first.run_id}.*--replace"):
        schedule(client, nightly(compiled, **change), replace=False)
    second = schedule(client, nightly(compiled, **change), replace=True)
    assert second.paused == [first.run_id]
    assert states(client) == {first.run_id: "DISABLED", second.run_id: "ENABLED"}


def test_new_version_of_the_pipeline_is_brought_by_replacing(client: Client, compiled: Path, tmp_path: Path) -> None:
    first = schedule(client, nightly(compiled), replace=False)
    changed = compile_memes(tmp_path / "changed.yaml", image="localhost/memes:2")
    second = schedule(client, nightly(changed), replace=True)
    assert second.version.version_id != first.version.version_id
    assert states(client) == {first.run_id: "DISABLED", second.run_id: "ENABLED"}


def test_replacing_that_broke_off_is_finished_by_the_same_command(world: World, client: Client, compiled: Path) -> None:
    first = schedule(client, nightly(compiled), replace=False)
    world.failing[f"/apis/v2beta1/recurringruns/{first.run_id}:disable"] = [500]
    with pytest.raises(ServerError):
        schedule(client, nightly(compiled, cron="0 0 4 * * *"), replace=True)
    # No gap: both are on.
    assert list(states(client).values()) == ["ENABLED", "ENABLED"]
    done = schedule(client, nightly(compiled, cron="0 0 4 * * *"), replace=True)
    assert done.reused and done.paused == [first.run_id]
    assert states(client) == {first.run_id: "DISABLED", done.run_id: "ENABLED"}


def test_schedules_of_other_experiments_and_names_are_left_alone(client: Client, compiled: Path) -> None:
    first = schedule(client, nightly(compiled), replace=False)
    schedule(client, nightly(compiled, experiment="posters", cron="0 0 4 * * *"), replace=True)
    schedule(client, nightly(compiled, name="weekly", cron="0 0 5 * * 0"), replace=True)
    assert states(client)[first.run_id] == "ENABLED" and len(states(client)) == 3


def test_five_fields_would_be_refused_by_the_server(client: Client, compiled: Path) -> None:
    with pytest.raises(InputError, match="Schedule cron is not a supported format"):
        schedule(client, nightly(compiled, cron="30 3 * * *"), replace=False)


def test_pause_and_resume_by_name_and_by_id(client: Client, compiled: Path) -> None:
    made = schedule(client, nightly(compiled), replace=False)
    assert pause(client, "nightly", None, resume=False).id == made.run_id
    assert states(client) == {made.run_id: "DISABLED"}
    pause(client, made.run_id, "memes", resume=True)
    assert states(client) == {made.run_id: "ENABLED"}
    pause(client, "nightly", None, resume=True)
    assert states(client) == {made.run_id: "ENABLED"}


def test_of_one_name_the_one_that_is_on_is_paused_and_the_newest_goes_on(client: Client, compiled: Path) -> None:
    first = schedule(client, nightly(compiled), replace=False)
    second = schedule(client, nightly(compiled, cron="0 0 4 * * *"), replace=True)
    assert pause(client, "nightly", None, resume=False).id == second.run_id
    assert pause(client, "nightly", None, resume=False).state == "DISABLED"
    assert pause(client, "nightly", None, resume=True).id == second.run_id
    assert states(client) == {first.run_id: "DISABLED", second.run_id: "ENABLED"}
    assert pause(client, first.run_id, None, resume=True).id == first.run_id


def test_name_of_two_that_are_on_or_in_two_experiments_is_not_enough(client: Client, compiled: Path) -> None:
    first = schedule(client, nightly(compiled), replace=False)
    second = schedule(client, nightly(compiled, cron="0 0 4 * * *"), replace=True)
    pause(client, first.run_id, None, resume=True)
    with pytest.raises(InputError, match=f"Received: {second.run_id} .ENABLED., {first.run_id} .ENABLED"):
        pause(client, "nightly", None, resume=False)
    third = schedule(client, nightly(compiled, experiment="posters"), replace=False)
    with pytest.raises(InputError, match="give an id or --experiment"):
        pause(client, "nightly", None, resume=True)
    assert pause(client, "nightly", "posters", resume=False).id == third.run_id


def test_unknown_schedule_is_refused(client: Client) -> None:
    with pytest.raises(InputError, match="Received: none"):
        pause(client, "nightly", None, resume=False)
