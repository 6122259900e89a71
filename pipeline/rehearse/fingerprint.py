"""What the backend's cache knows an execution by."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pipeline.rehearse.task import Task


def fingerprint(task: Task, executor_input: dict[str, Any]) -> str:
    """Return a digest of inputs, outputs, image, arguments and claims: equal ones are one execution.

    Artifacts count by their number, not by what they hold: whatever comes after a task that is never cached is never
    answered by the cache either.

    Args:
        task: The task.
        executor_input: Its ExecutorInput.

    Returns:
        64 hexadecimal digits.

    Reference:
        kubeflow/pipelines, backend/src/v2/cacheutils/cache.go, GenerateCacheKey; backend/src/v2/driver/cache.go.
    """
    inputs, outputs, container = executor_input["inputs"], executor_input["outputs"], task.container
    key = {
        "inputArtifactNames": {
            name: [artifact["name"] for artifact in found["artifacts"]] for name, found in inputs["artifacts"].items()
        },
        "inputParameterValues": inputs["parameterValues"],
        "outputArtifactsSpec": {
            name: [
                {part: artifact.get(part) for part in ("name", "type", "metadata")} for artifact in found["artifacts"]
            ]
            for name, found in outputs["artifacts"].items()
        },
        "outputParametersSpec": {name: each.get("parameterType") for name, each in task.output_parameters.items()},
        "containerSpec": {
            "image": container.get("image"),
            "cmdArgs": [*container.get("command", []), *container.get("args", [])],
            "pvcNames": sorted(set(task.claims.values())),
        },
    }
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
