"""Run a compiled pipeline again and again, at the times of a cron expression."""

from __future__ import annotations

import dataclasses
from typing import Any

import kfp_server_api

from components.errors import InputError
from pipeline.kubeflow_client.calling import calling
from pipeline.kubeflow_client.client import Client
from pipeline.kubeflow_client.order import Order
from pipeline.kubeflow_client.runs import ENABLED, recurring_runs
from pipeline.kubeflow_client.upload import Version, upload


@dataclasses.dataclass(frozen=True)
class Scheduled:
    """What has become of a schedule.

    Attributes:
        version: The version that it runs.
        run_id: The recurring run.
        reused: Whether it was there already.
        paused: Recurring runs that it took the place of.
    """

    version: Version
    run_id: str
    reused: bool
    paused: list[str]


def schedule(client: Client, order: Order, *, replace: bool) -> Scheduled:
    """Upload the pipeline where it is new, and make one recurring run of it.

    The same order given twice makes one. Another one under the same name takes its place only if that is asked for:
    the new one is made first, then the old one is paused, so that a broken connection leaves no gap; the same command
    again finishes what was begun.

    Args:
        client: The server.
        order: What to run; its `cron` is set.
        replace: Whether it may take the place of another one with its name.

    Raises:
        InputError: If the name is taken by another one, or the server refuses what it is sent.
        ServerError: Where it cannot be reached, or fails.
    """
    version = upload(client, order.compiled)
    with calling(client.access, f"schedule {order.name}"):
        experiment_id = client.create_experiment(order.experiment, namespace=client.namespace).experiment_id
    enabled = [each for each in recurring_runs(client, experiment_id, name=order.name) if each.status == ENABLED]
    same = [each for each in enabled if _facts_of(each) == _facts(order, version)]
    others = [each for each in enabled if each not in same]
    if others and not replace:
        ids = ", ".join(each.recurring_run_id for each in others)
        raise InputError(
            f"one schedule may be called {order.name} in {order.experiment}. Received: another one is on, {ids}. "
            "Put this one in its place with --replace, or take another --name"
        )
    paused = [each.recurring_run_id for each in (*others, *same[1:])]
    with calling(client.access, f"schedule {order.name}"):
        chosen = same[0] if same else _create(client, order, version, experiment_id)
        for run_id in paused:
            client.disable_recurring_run(run_id)
    return Scheduled(version, chosen.recurring_run_id, reused=bool(same), paused=paused)


def _create(client: Client, order: Order, version: Version, experiment_id: str) -> kfp_server_api.V2beta1RecurringRun:
    return client.create_recurring_run(
        experiment_id,
        order.name,
        description=order.compiled.description,
        cron_expression=order.cron,
        max_concurrency=order.max_concurrency,
        no_catchup=order.no_catchup,
        params=order.parameters,
        pipeline_id=version.pipeline_id,
        version_id=version.version_id,
        pipeline_root=order.pipeline_root,
        service_account=order.service_account,
    )


def _facts(order: Order, version: Version) -> dict[str, Any]:
    """What makes two schedules one."""
    return {
        "version": version.version_id,
        "cron": order.cron,
        "parameters": order.parameters,
        "concurrency": order.max_concurrency,
        "no_catchup": order.no_catchup,
        "account": order.service_account or "",
        "root": order.pipeline_root or "",
    }


def _facts_of(made: kfp_server_api.V2beta1RecurringRun) -> dict[str, Any]:
    reference, config = made.pipeline_version_reference, made.runtime_config
    cron = made.trigger.cron_schedule if made.trigger else None
    return {
        "version": reference.pipeline_version_id if reference else None,
        "cron": cron.cron if cron else None,
        "parameters": (config.parameters or {}) if config else {},
        "concurrency": int(made.max_concurrency or 0),
        "no_catchup": bool(made.no_catchup),
        "account": made.service_account or "",
        "root": (config.pipeline_root or "") if config else "",
    }
