"""Watch one run until it ends."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable, Iterator

import kfp_server_api

from pipeline.kubeflow_client.calling import ServerError, calling
from pipeline.kubeflow_client.client import Client
from pipeline.printable import printable

SUCCEEDED = "SUCCEEDED"
FINAL = (SUCCEEDED, "FAILED", "SKIPPED", "CANCELED", "ERROR")
PATIENCE = 5


def wait(
    client: Client, run_id: str, say: Callable[[str], None], *, poll: float, limit: float | None
) -> kfp_server_api.V2beta1Run:
    """Wait until a run has ended, whatever its end. kfp's own waiting never sees that a run was cancelled.

    Args:
        client: The server.
        run_id: The run.
        say: Takes a line of progress, whenever it differs from the last one.
        poll: Seconds between two looks.
        limit: Most seconds to wait; None waits for ever.

    Returns:
        The run as it ended.

    Raises:
        ServerError: If it has not ended in time, or the server failed five times in a row; the run itself goes on.
    """
    start, failures, last = time.monotonic(), 0, ""
    while True:
        try:
            with calling(client.access, f"tell how run {run_id} is"):
                run = client.get_run(run_id)
            failures = 0
        except ServerError as error:
            failures += 1
            if not error.passing or failures == PATIENCE:
                raise
        else:
            line = _progress(run)
            if line != last:
                say(line)
                last = line
            if run.state in FINAL:
                return run
        if limit is not None and time.monotonic() - start + poll > limit:
            raise ServerError(
                f"run {run_id} must end within --max-wait. Received: {last or 'no answer'} after {limit:.0f} s. "
                "It goes on: look with `fusegate kubeflow runs`"
            )
        time.sleep(poll)


def failures_of(run: kfp_server_api.V2beta1Run) -> Iterator[str]:
    """Yield one line for each task that failed, with what the server says of it."""
    for task in _tasks(run):
        if task.state == "FAILED":
            said = printable(task.error.message or "") if task.error else ""
            yield f"{printable(task.display_name or task.task_id or '')}: {said or 'see the log of its pod'}"


def _progress(run: kfp_server_api.V2beta1Run) -> str:
    counts = collections.Counter(task.state or "PENDING" for task in _tasks(run))
    tasks = ", ".join(f"{count} {state.lower()}" for state, count in sorted(counts.items()))
    return f"{run.state or 'PENDING'}" + (f" (tasks: {tasks})" if tasks else "")


def _tasks(run: kfp_server_api.V2beta1Run) -> list[kfp_server_api.V2beta1PipelineTaskDetail]:
    return (run.run_details.task_details or []) if run.run_details else []
