"""What the backend's driver does before a task: ExecutorInput, from parameters and from what other tasks have left."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Mapping
from typing import Any

from components.errors import FusegateError
from components.kubeflow_entrypoint.uris import to_local
from pipeline.rehearse.metadata import Metadata
from pipeline.rehearse.task import Task

Json = dict[str, Any]
OUTPUT_FILE = "output_metadata.json"


@dataclasses.dataclass(frozen=True)
class RunFacts:
    """One run of a pipeline.

    Attributes:
        pipeline: The pipeline's name.
        run_id: The run's id.
        started: When it started, in ISO 8601.
        root: Where artifacts go.
        parameters: The parameters' values.
    """

    pipeline: str
    run_id: str
    started: str
    root: str
    parameters: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Outputs:
    """What a task has left.

    Attributes:
        artifacts: The artifacts' numbers by output key.
        parameters: The parameters' values by output key.
    """

    artifacts: Mapping[str, int]
    parameters: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def executor_input(task: Task, run: RunFacts, produced: Mapping[str, Outputs], metadata: Metadata) -> Json:
    """Return a task's ExecutorInput as the driver writes it.

    Args:
        task: The task.
        run: Its run.
        produced: What the tasks before it have left.
        metadata: Where the artifacts are known.

    Raises:
        FusegateError: An input is of another type than the component declares.

    Reference:
        kubeflow/pipelines, backend/src/v2/driver/container.go, Container.
    """
    return {"inputs": _inputs(task, run, produced, metadata), "outputs": _outputs(task, run)}


def _inputs(task: Task, run: RunFacts, produced: Mapping[str, Outputs], metadata: Metadata) -> Json:
    declared = task.component.get("inputDefinitions", {}).get("parameters", {})
    given = task.spec.get("inputs", {})
    values = {}
    for name, source in given.get("parameters", {}).items():
        if "componentInputParameter" in source:
            if source["componentInputParameter"] not in run.parameters:
                continue
            value = run.parameters[source["componentInputParameter"]]
        elif "taskOutputParameter" in source:
            output = source["taskOutputParameter"]
            value = produced[output["producerTask"]].parameters[output["outputParameterKey"]]
        else:
            value = _constant(source["runtimeValue"]["constant"], task, run)
        values[name] = _converted(task.name, name, value, declared.get(name, {}).get("parameterType", "STRING"))
    artifacts = {}
    for name, source in given.get("artifacts", {}).items():
        output = source["taskOutputArtifact"]
        number = produced[output["producerTask"]].artifacts[output["outputArtifactKey"]]
        artifacts[name] = {"artifacts": [metadata.runtime_artifact(number)]}
    return {"parameterValues": values, "artifacts": artifacts}


def _constant(value: Any, task: Task, run: RunFacts) -> Any:
    """A constant that is nothing but a placeholder is replaced.

    Reference:
        kubeflow/pipelines, backend/src/v2/driver/resolve.go, resolveInputParameter.
    """
    known = {
        "{{$.pipeline_job_name}}": f"{run.pipeline} {run.run_id}",
        "{{$.pipeline_job_resource_name}}": f"{run.pipeline}-{run.run_id[:5]}",
        "{{$.pipeline_job_uuid}}": run.run_id,
        "{{$.pipeline_task_name}}": task.name,
        "{{$.pipeline_job_create_time_utc}}": run.started,
        "{{$.pipeline_job_schedule_time_utc}}": run.started,
    }
    return known.get(value, value) if isinstance(value, str) else value


def _converted(task: str, name: str, value: Any, kind: str) -> Any:
    """Hold a value against its type; whatever is wanted as a text becomes one.

    Reference:
        kubeflow/pipelines, backend/src/v2/driver/resolve.go, handleParamTypeValidationAndConversion.
    """
    from pipeline.kubeflow.values import misfit

    if kind == "STRING" and not isinstance(value, str):
        return json.dumps(value)
    if fault := misfit(value, {"parameterType": kind}):
        raise FusegateError(
            f"input {name} of {task} {fault}. Received: another type than is declared. Compile it again"
        )
    return value


def _outputs(task: Task, run: RunFacts) -> Json:
    """New places for all outputs.

    Reference:
        kubeflow/pipelines, backend/src/v2/driver/driver.go, provisionOutputs.
    """
    root = f"{run.root.rstrip('/')}/{run.pipeline}/{run.run_id}/{task.name}/{uuid.uuid4()}"
    artifacts = {
        name: {
            "artifacts": [
                {"name": name, "uri": f"{root}/{name}", "type": declared["artifactType"]}
                | {key: declared[key] for key in ("metadata",) if key in declared}
            ]
        }
        for name, declared in task.output_artifacts.items()
    }
    return {
        "artifacts": artifacts,
        "parameters": {name: {"outputFile": f"/tmp/kfp/outputs/{name}"} for name in task.output_parameters},
        "outputFile": f"{to_local(root)}/{OUTPUT_FILE}",
    }
