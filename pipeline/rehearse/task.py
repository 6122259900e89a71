"""A task of a compiled pipeline, with all that the specification says of it in one place."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from pipeline.kubeflow.compiled import Compiled

Json = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Task:
    """A task.

    Attributes:
        name: Its name.
        spec: Its part of the graph.
        component: Its inputs and outputs.
        executor: What runs it, a container or an importer.
        kubernetes: Its part of the `platforms` document.
    """

    name: str
    spec: Json
    component: Json
    executor: Json
    kubernetes: Json

    @property
    def upstream(self) -> Sequence[str]:
        """The tasks that it waits for."""
        return self.spec.get("dependentTasks", [])

    @property
    def container(self) -> Json:
        """Image, command, arguments and environment."""
        return self.executor["container"]

    @property
    def may_be_cached(self) -> bool:
        """Whether the cache may answer."""
        return bool(self.spec.get("cachingOptions", {}).get("enableCache"))

    @property
    def attempts(self) -> int:
        """How often it is tried at most."""
        return 1 + int(self.spec.get("retryPolicy", {}).get("maxRetryCount", 0))

    @property
    def output_artifacts(self) -> dict[str, Json]:
        """The declared artifacts by output key."""
        return self.component.get("outputDefinitions", {}).get("artifacts", {})

    @property
    def output_parameters(self) -> dict[str, Json]:
        """The declared parameters by output key."""
        return self.component.get("outputDefinitions", {}).get("parameters", {})

    @property
    def claims(self) -> dict[str, str]:
        """The claims of its volumes by the path that each is mounted at."""
        return {mount["mountPath"]: mount["constant"] for mount in self.kubernetes.get("pvcMount", [])}


def read_tasks(compiled: Compiled) -> dict[str, Task]:
    """Return the tasks of a compiled pipeline by name, in its order."""
    kubernetes = (compiled.platforms or {}).get("platforms", {}).get("kubernetes", {})
    settings = kubernetes.get("deploymentSpec", {}).get("executors", {})
    tasks = {}
    for name, spec in compiled.tasks.items():
        component = compiled.spec["components"][spec["componentRef"]["name"]]
        label = component["executorLabel"]
        tasks[name] = Task(name, spec, component, compiled.executors[label], settings.get(label, {}))
    return tasks
