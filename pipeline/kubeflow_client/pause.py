"""Switch a recurring run off and on."""

from __future__ import annotations

from components.errors import InputError
from pipeline.kubeflow_client.calling import calling
from pipeline.kubeflow_client.client import Client
from pipeline.kubeflow_client.runs import ENABLED, Row, list_schedules


def pause(client: Client, which: str, experiment: str | None, *, resume: bool) -> Row:
    """Pause a recurring run, or let it go on. A run that is under way is left alone.

    Where one took the place of others, all have its name: the one that is on is paused, and the newest goes on.

    Args:
        client: The server.
        which: Its id or its name.
        experiment: Name of the experiment that it is in, where its name is not enough.
        resume: Whether to let it go on.

    Returns:
        The recurring run as it was before.

    Raises:
        InputError: If none, or more than one, is meant.
    """
    found = [each for each in list_schedules(client, experiment) if which in (each.id, each.name)]
    meant = _meant(found, resume)
    if len(meant) != 1:
        ids = ", ".join(f"{each.id} ({each.state})" for each in found) or "none"
        raise InputError(
            f"one recurring run must have the id or the name {which!r}. Received: {ids}. "
            "List them with `fusegate kubeflow runs --schedules`, and give an id or --experiment"
        )
    with calling(client.access, f"{'resume' if resume else 'pause'} {which}"):
        change = client.enable_recurring_run if resume else client.disable_recurring_run
        change(meant[0].id)
    return meant[0]


def _meant(found: list[Row], resume: bool) -> list[Row]:
    """Return those that may be meant, of the newest first."""
    if len({each.experiment_id for each in found}) > 1:
        return found
    if resume:
        return found[:1]
    return [each for each in found if each.state == ENABLED] or found[:1]
