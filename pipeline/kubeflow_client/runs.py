"""The runs and recurring runs that a server knows."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import kfp_server_api

from components.errors import InputError
from pipeline.kubeflow_client.calling import calling
from pipeline.kubeflow_client.client import Client
from pipeline.kubeflow_client.equals import equals

ENABLED = "ENABLED"
NEWEST_FIRST = "created_at desc"
PAGE = 100


@dataclasses.dataclass(frozen=True)
class Row:
    """One run, or one recurring run.

    Attributes:
        id: Its id.
        name: Its name.
        state: Its state in the API's word; ENABLED or DISABLED for a recurring one.
        experiment_id: The experiment that it is in.
        created_at: ISO 8601 time.
        finished_at: ISO 8601 time; None while it goes on, and for a recurring one.
        recurring_run_id: The recurring run that started it.
        cron: The times of a recurring one.
    """

    id: str
    name: str
    state: str
    experiment_id: str | None = None
    created_at: str | None = None
    finished_at: str | None = None
    recurring_run_id: str | None = None
    cron: str | None = None


def list_runs(client: Client, experiment: str | None, limit: int) -> list[Row]:
    """List the runs, the newest first.

    Args:
        client: The server.
        experiment: Name of an experiment; None lists those of all.
        limit: Most runs to list.
    """
    experiment_id = _experiment_id(client, experiment)
    rows: list[Row] = []
    token = ""
    while len(rows) < limit:
        with calling(client.access, "list the runs"):
            answer = client.list_runs(
                page_token=token,
                page_size=min(PAGE, limit - len(rows)),
                sort_by=NEWEST_FIRST,
                experiment_id=experiment_id,
                namespace=client.namespace,
            )
        rows += [_run(each) for each in answer.runs or []]
        token = answer.next_page_token or ""
        if not token:
            break
    return rows[:limit]


def list_schedules(client: Client, experiment: str | None) -> list[Row]:
    """List the recurring runs, the newest first."""
    return [_schedule(each) for each in recurring_runs(client, _experiment_id(client, experiment))]


def recurring_runs(
    client: Client, experiment_id: str | None = None, name: str | None = None
) -> list[kfp_server_api.V2beta1RecurringRun]:
    """Return all recurring runs of an experiment, or of the namespace, the newest first.

    Args:
        client: The server.
        experiment_id: The experiment; None asks for those of all.
        name: Return those with this name alone.
    """
    found: list[kfp_server_api.V2beta1RecurringRun] = []
    token = ""
    while True:
        with calling(client.access, "list the recurring runs"):
            answer = client.list_recurring_runs(
                page_token=token,
                page_size=PAGE,
                sort_by=NEWEST_FIRST,
                experiment_id=experiment_id,
                namespace=client.namespace,
                filter=equals("display_name", name) if name is not None else None,
            )
        found += answer.recurring_runs or []
        token = answer.next_page_token or ""
        if not token:
            return found


def _experiment_id(client: Client, name: str | None) -> str | None:
    if name is None:
        return None
    with calling(client.access, f"find experiment {name}"):
        try:
            return client.get_experiment(experiment_name=name, namespace=client.namespace).experiment_id
        except ValueError as error:
            raise InputError(f"--experiment must name one that exists. Received: {name!r}. {error}") from error


def _run(run: kfp_server_api.V2beta1Run) -> Row:
    return Row(
        id=run.run_id,
        name=run.display_name or "",
        state=run.state or "PENDING",
        experiment_id=run.experiment_id,
        created_at=_iso(run.created_at),
        # The server writes the start of time where a run has not ended.
        finished_at=_iso(run.finished_at) if run.finished_at and run.finished_at.year > 1970 else None,
        recurring_run_id=run.recurring_run_id,
    )


def _schedule(made: kfp_server_api.V2beta1RecurringRun) -> Row:
    cron = made.trigger.cron_schedule if made.trigger else None
    return Row(
        id=made.recurring_run_id,
        name=made.display_name or "",
        state=made.status or "UNKNOWN",
        experiment_id=made.experiment_id,
        created_at=_iso(made.created_at),
        cron=cron.cron if cron else None,
    )


def _iso(time: datetime | None) -> str | None:
    return time.isoformat(timespec="seconds") if time is not None else None
