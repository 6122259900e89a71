"""Run a compiled pipeline without a cluster."""

from __future__ import annotations

import dataclasses
import datetime
import json
import uuid
from collections.abc import Callable
from pathlib import Path

from components.durable import write_durably
from pipeline.kubeflow.compiled import Compiled
from pipeline.output_lock import output_lock
from pipeline.rehearse.driver import RunFacts
from pipeline.rehearse.engine import Engine
from pipeline.rehearse.given_parameters import given_parameters
from pipeline.rehearse.launcher import Launcher
from pipeline.rehearse.metadata import Metadata
from pipeline.rehearse.object_store import ObjectStore
from pipeline.rehearse.run_task import TaskResult, TaskRunner
from pipeline.rehearse.schedule import run_when_ready
from pipeline.rehearse.secrets import read_secrets
from pipeline.rehearse.settings import RehearsalSettings
from pipeline.rehearse.supported import check_supported
from pipeline.rehearse.task import read_tasks


@dataclasses.dataclass(frozen=True)
class Rehearsal:
    """A rehearsal that has ended.

    Attributes:
        run_id: Its id.
        folder: Its folder, with a log, and what the task was given, by task.
        results: How each task ended, in that order.
        artifacts: Where each task's artifacts lie in the object store's folder, by task and output.
        seconds: How long it took.
    """

    run_id: str
    folder: Path
    results: list[TaskResult]
    artifacts: dict[str, dict[str, Path]]
    seconds: float

    @property
    def succeeded(self) -> bool:
        """Whether every task ended well."""
        return all(result.state in ("done", "cached") for result in self.results)


def rehearse(
    compiled: Compiled, settings: RehearsalSettings, engine: Engine, say: Callable[[TaskResult], None] = lambda _: None
) -> Rehearsal:
    """Run a compiled pipeline to its end.

    Args:
        compiled: The pipeline, which the backend would accept.
        settings: Where, and with what.
        engine: What starts the tasks' commands.
        say: Called with each task's result.

    Returns:
        The rehearsal, whether its tasks succeeded or not.

    Raises:
        InputError: Before anything has run: of a parameter, a secret, an image, a part of the graph that cannot be
            rehearsed, or another rehearsal that goes on in the same folder.
    """
    check_supported(compiled)
    parameters = given_parameters(compiled.parameters, settings.parameters)
    tasks = read_tasks(compiled)
    secrets = read_secrets(settings.root / "secrets", tasks.values())
    for image in sorted({task.container["image"] for task in tasks.values() if "container" in task.executor}):
        engine.check_image(image)
    started = datetime.datetime.now(datetime.timezone.utc)
    run = RunFacts(
        pipeline=compiled.spec["pipelineInfo"]["name"],
        run_id=str(uuid.uuid4()),
        started=started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        root=compiled.spec.get("defaultPipelineRoot", settings.pipeline_root),
        parameters=parameters,
    )
    folder = settings.root / "runs" / run.run_id
    with output_lock(settings.root):
        store, metadata = ObjectStore(settings.root / "object-store"), Metadata(settings.root / "metadata")
        runner = TaskRunner(run, settings, folder, metadata, Launcher(store, engine), secrets)
        results = run_when_ready(tasks, runner.run, engine.stop, settings.jobs, say)
        seconds = (datetime.datetime.now(datetime.timezone.utc) - started).total_seconds()
        told = {**dataclasses.asdict(run), "seconds": seconds, "tasks": [dataclasses.asdict(each) for each in results]}
        write_durably(folder / "summary.json", json.dumps(told, indent=2))
        artifacts = {
            result.name: {
                name: store.place(metadata.runtime_artifact(number)["uri"])
                for name, number in result.outputs.artifacts.items()
            }
            for result in results
            if result.outputs is not None
        }
    return Rehearsal(run.run_id, folder, results, artifacts, seconds)
