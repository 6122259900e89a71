"""The test's server refuses what Kubeflow's refuses; else the other tests would prove little."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.pipeline.kubeflow_client.server import World

TRIGGER = {"cron_schedule": {"cron": "0 0 3 * * *"}}


def post(world: World, path: str, body: Any) -> int:
    request = urllib.request.Request(f"{world.host}/apis/v2beta1/{path}", json.dumps(body).encode(), method="POST")
    try:
        return urllib.request.urlopen(request, timeout=10).status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("experiments", {"display_name": "memes", "name": "memes"}),
        ("runs", {"display_name": "a", "runtime_config": {"params": {}}}),
        ("runs", {"display_name": "a", "experiment_id": "none", "pipeline_version_reference": {"pipeline_id": "b"}}),
        ("recurringruns", {"display_name": "a", "trigger": {"cron": "0 0 3 * * *"}}),
        ("recurringruns", {"display_name": "a", "trigger": TRIGGER, "catchup": False}),
        ("recurringruns/none:disable", {}),
        ("jobs", {}),
    ],
)
def test_unknown_fields_places_and_ids_are_refused(path: str, body: Any, world: World) -> None:
    assert post(world, path, body) in (400, 404)


def test_known_fields_are_taken(world: World) -> None:
    assert post(world, "experiments", {"display_name": "memes", "description": "d", "namespace": "n"}) == 200
