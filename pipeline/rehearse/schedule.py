"""Start each task as soon as its inputs are ready."""

from __future__ import annotations

import concurrent.futures
import contextlib
from collections.abc import Callable, Iterator, Mapping

from pipeline.rehearse.driver import Outputs
from pipeline.rehearse.run_task import TaskResult
from pipeline.rehearse.task import Task


@contextlib.contextmanager
def _stopping(stop: Callable[[], None]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        stop()
        raise


def run_when_ready(
    tasks: Mapping[str, Task],
    run: Callable[[Task, Mapping[str, Outputs]], TaskResult],
    stop: Callable[[], None],
    jobs: int,
    say: Callable[[TaskResult], None],
) -> list[TaskResult]:
    """Run tasks in the order of what they wait for; what waits for a failed one is skipped.

    Args:
        tasks: The tasks by name.
        run: Runs one; called from several threads.
        stop: Ends the running ones; called where this is broken off.
        jobs: Most tasks at once.
        say: Called with each result, from one thread.

    Returns:
        The results in the order in which the tasks ended.
    """
    results: dict[str, TaskResult] = {}
    running: dict[concurrent.futures.Future[TaskResult], str] = {}

    def ended(result: TaskResult) -> None:
        results[result.name] = result
        say(result)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool, _stopping(stop):
        while len(results) < len(tasks):
            started = set(running.values())
            for name, task in tasks.items():
                waits_for = [results.get(upstream) for upstream in task.upstream]
                if name in results or name in started or None in waits_for:
                    continue
                if any(found is not None and found.outputs is None for found in waits_for):
                    ended(TaskResult(name, "skipped"))
                    continue
                produced = {each.name: each.outputs for each in results.values() if each.outputs is not None}
                running[pool.submit(run, task, produced)] = name
            if running:
                done, _ = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in done:
                    del running[future]
                    ended(future.result())
    return list(results.values())
