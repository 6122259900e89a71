"""What the backend's launcher does around a task's command: artifacts in, placeholders filled, artifacts out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from components.errors import FusegateError
from components.kubeflow_entrypoint.uris import to_local
from pipeline.rehearse.engine import Engine, Job
from pipeline.rehearse.object_store import ObjectStore, local_path
from pipeline.rehearse.task import Task

Json = dict[str, Any]
_LAST_LINES = 15


class TaskFailed(FusegateError):
    """A task's command failed, or left out what the task declares."""


class Launcher:
    """Runs one attempt at a task.

    Args:
        store: The object store.
        engine: What starts the command.
    """

    def __init__(self, store: ObjectStore, engine: Engine):
        self._store = store
        self._engine = engine

    def launch(self, task: Task, executor_input: Json, job: Job) -> tuple[dict[str, Json], Json]:
        """Run a task's command between copies from and to the object store.

        Args:
            task: The task.
            executor_input: What the driver wrote.
            job: The attempt.

        Returns:
            The output artifacts with `uri` and `metadata`, and the output parameters, each by key.

        Raises:
            TaskFailed: A non-zero exit, or a declared output that is missing.

        Reference:
            kubeflow/pipelines, backend/src/v2/component/launcher_v2.go, executeV2. The launcher only warns of an
            artifact that a task left out; here that is a failure, since the next task would find nothing.
        """
        for found in executor_input["inputs"]["artifacts"].values():
            for artifact in found["artifacts"]:
                self._store.download(artifact["uri"], job.scratch)
        self._make_folders(executor_input, job)
        prepared = self._engine.prepare(executor_input, job)
        arguments = [*task.container.get("command", []), *task.container.get("args", [])]
        (job.log.parent / "executor_input.json").write_text(json.dumps(executor_input, indent=2), encoding="utf-8")
        code = self._engine.run(_filled(arguments, prepared), job)
        if code != 0:
            raise TaskFailed(f"{task.name} failed. Received: exit code {code}. Its log is {job.log}:\n{_last(job.log)}")
        output = _read_output(job.scratch / executor_input["outputs"]["outputFile"].lstrip("/"))
        artifacts = self._collect(task, executor_input, output, job)
        return artifacts, _parameters(task, executor_input, output, job)

    def _make_folders(self, executor_input: Json, job: Job) -> None:
        """As prepareOutputFolders: the folder above each output is there, the output itself is not."""
        (job.scratch / "tmp").mkdir(parents=True, exist_ok=True)
        places = [executor_input["outputs"]["outputFile"].lstrip("/")]
        places += [each["outputFile"].lstrip("/") for each in executor_input["outputs"]["parameters"].values()]
        places += [
            local_path(artifact["uri"])
            for found in executor_input["outputs"]["artifacts"].values()
            for artifact in found["artifacts"]
        ]
        for place in places:
            (job.scratch / place).parent.mkdir(parents=True, exist_ok=True)

    def _collect(self, task: Task, executor_input: Json, output: Json, job: Job) -> dict[str, Json]:
        collected: dict[str, Json] = {}
        missing = []
        for name, found in executor_input["outputs"]["artifacts"].items():
            (declared,) = found["artifacts"]
            told: Json = next(iter(output.get("artifacts", {}).get(name, {}).get("artifacts", [])), {})
            uri = told.get("uri") or declared["uri"]
            if not self._store.upload(uri, job.scratch):
                missing.append(f"{name} at {to_local(uri)}")
            collected[name] = {"uri": uri, "metadata": declared.get("metadata", {}) | told.get("metadata", {})}
        if missing:
            raise TaskFailed(
                f"{task.name} must write every output that it declares. Received: nothing for {', '.join(missing)}. "
                f"Its log is {job.log}"
            )
        return collected


def _parameters(task: Task, executor_input: Json, output: Json, job: Job) -> Json:
    values = dict(output.get("parameterValues", {}))
    for name, each in executor_input["outputs"]["parameters"].items():
        path = job.scratch / each["outputFile"].lstrip("/")
        if name in values:
            continue
        if not path.is_file():
            raise TaskFailed(f"{task.name} must write parameter {name}. Received: nothing. Its log is {job.log}")
        text = path.read_text(encoding="utf-8")
        kind = task.output_parameters[name].get("parameterType")
        values[name] = text if kind == "STRING" else json.loads(text)
    return values


def _filled(arguments: Sequence[str], executor_input: Json) -> list[str]:
    """Fill in the placeholders of a command line."""
    whole = json.dumps(executor_input)
    filled = {"{{$}}": whole}
    for name, value in executor_input["inputs"]["parameterValues"].items():
        filled[f"{{{{$.inputs.parameters['{name}']}}}}"] = value if isinstance(value, str) else json.dumps(value)
    for side in ("inputs", "outputs"):
        for name, found in executor_input[side]["artifacts"].items():
            uri = found["artifacts"][0]["uri"]
            filled[f"{{{{$.{side}.artifacts['{name}'].uri}}}}"] = uri
            filled[f"{{{{$.{side}.artifacts['{name}'].path}}}}"] = to_local(uri)
    for name, each in executor_input["outputs"]["parameters"].items():
        filled[f"{{{{$.outputs.parameters['{name}'].output_file}}}}"] = each["outputFile"]
    return [_fill(argument, filled) for argument in arguments]


def _fill(argument: str, filled: Mapping[str, str]) -> str:
    for placeholder, value in filled.items():
        argument = argument.replace(placeholder, value)
    return argument


def _read_output(path: Path) -> Json:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _last(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(f"    {line}" for line in lines[-_LAST_LINES:])
