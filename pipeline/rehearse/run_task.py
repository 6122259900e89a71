"""A task from its inputs to its outputs: driver, cache, attempts, and what is kept of it."""

from __future__ import annotations

import dataclasses
import shutil
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from components.errors import FusegateError
from pipeline.rehearse.driver import Outputs, RunFacts, executor_input
from pipeline.rehearse.engine import Job
from pipeline.rehearse.fingerprint import fingerprint
from pipeline.rehearse.launcher import Launcher, TaskFailed
from pipeline.rehearse.metadata import Metadata
from pipeline.rehearse.settings import RehearsalSettings
from pipeline.rehearse.task import Task

State = Literal["done", "cached", "failed", "skipped"]


@dataclasses.dataclass(frozen=True)
class TaskResult:
    """How a task ended.

    Attributes:
        name: Its name.
        state: `done`, `cached`, `failed`, or `skipped` where a task before it failed.
        seconds: How long it took, all attempts together.
        attempts: How often it was tried.
        outputs: What it has left, of a task that ended well.
        error: Why it failed, or empty.
    """

    name: str
    state: State
    seconds: float = 0.0
    attempts: int = 0
    outputs: Outputs | None = None
    error: str = ""


class TaskRunner:
    """Runs the tasks of one run.

    Args:
        run: The run.
        settings: What may be used.
        folder: The run's folder.
        metadata: Where artifacts and the cache are kept.
        launcher: What runs an attempt.
        secrets: Secret variables by task.
    """

    def __init__(
        self,
        run: RunFacts,
        settings: RehearsalSettings,
        folder: Path,
        metadata: Metadata,
        launcher: Launcher,
        secrets: Mapping[str, Mapping[str, str]],
    ):
        self._run = run
        self._settings = settings
        self._folder = folder
        self._metadata = metadata
        self._launcher = launcher
        self._secrets = secrets
        self._lock = threading.Lock()

    def run(self, task: Task, produced: Mapping[str, Outputs]) -> TaskResult:
        """Run a task whose inputs are ready; what fails in it is told in the result."""
        started = time.monotonic()
        attempts = 0
        try:
            if "importer" in task.executor:
                return TaskResult(task.name, "done", 0.0, 1, self._import(task))
            prepared = executor_input(task, self._run, produced, self._metadata)
            key = fingerprint(task, prepared) if task.may_be_cached else ""
            if key and (kept := self._metadata.cached(self._run.pipeline, key)) is not None:
                return TaskResult(task.name, "cached", time.monotonic() - started, 0, Outputs(**kept))
            while True:
                attempts += 1
                try:
                    outputs = self._attempt(task, prepared, attempts)
                    break
                except TaskFailed:
                    if attempts >= task.attempts:
                        raise
        except (FusegateError, OSError) as error:
            return TaskResult(task.name, "failed", time.monotonic() - started, attempts, None, str(error))
        if key:
            self._metadata.remember(self._run.pipeline, key, dataclasses.asdict(outputs))
        return TaskResult(task.name, "done", time.monotonic() - started, attempts, outputs)

    def _attempt(self, task: Task, prepared: dict[str, Any], attempt: int) -> Outputs:
        folder = self._folder / task.name
        job = self._job(task, folder, attempt)
        try:
            artifacts, parameters = self._launcher.launch(task, prepared, job)
        finally:
            shutil.rmtree(job.scratch, ignore_errors=True)
        with self._lock:
            numbers = {
                name: self._metadata.record(each["uri"], each["metadata"], name) for name, each in artifacts.items()
            }
        return Outputs(numbers, parameters)

    def _job(self, task: Task, folder: Path, attempt: int) -> Job:
        scratch = folder / f"scratch-{attempt}"
        scratch.mkdir(parents=True)
        volumes = {mount: self._settings.volume(claim).resolve() for mount, claim in task.claims.items()}
        for volume in volumes.values():
            volume.mkdir(parents=True, exist_ok=True)
        plain = {each["name"]: each["value"] for each in task.container.get("env", [])}
        secret = self._secrets[task.name]
        return Job(
            name=f"{task.name}-{attempt}",
            image=task.container.get("image", ""),
            environment={**plain, **secret},
            secret=frozenset(secret),
            scratch=scratch.resolve(),
            volumes=volumes,
            log=(folder / f"attempt-{attempt}.log").resolve(),
        )

    def _import(self, task: Task) -> Outputs:
        """As the backend's importer: nothing is copied, the artifact is made known.

        Reference:
            kubeflow/pipelines, backend/src/v2/component/importer_launcher.go, ImportSpecToMLMDArtifact.
        """
        importer = task.executor["importer"]
        source = importer["artifactUri"]
        if "constant" in source:
            uri = source["constant"]
        else:
            given = task.spec["inputs"]["parameters"][source["runtimeParameter"]]
            uri = self._run.parameters[given["componentInputParameter"]]
        (name,) = task.output_artifacts
        with self._lock:
            return Outputs({name: self._metadata.record(uri, importer.get("metadata", {}), name)})
