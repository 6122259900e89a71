"""Small compiled pipelines whose tasks are real processes of `program.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.kubeflow.compiled import Compiled

PROGRAM = Path(__file__).parent / "program.py"
KIND = {"artifactType": {"instanceSchema": "title: test.Text\ntype: object\n"}}
TYPES = {str: "STRING", int: "NUMBER_INTEGER", float: "NUMBER_DOUBLE"}


def constant(value: Any) -> dict[str, Any]:
    return {"runtimeValue": {"constant": value}}


class Small:
    """A pipeline that is put together task by task.

    Args:
        folder: Where tasks leave what they have seen.
    """

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.parameters: dict[str, Any] = {}
        self.tasks: dict[str, Any] = {}
        self.components: dict[str, Any] = {}
        self.executors: dict[str, Any] = {}
        self.platforms: dict[str, Any] = {}

    def task(
        self, name: str, *after: str, outputs: tuple[str, ...] = ("text",), cached: bool = True, **values: Any
    ) -> None:
        """Add a task that reads the `text` of the tasks that it comes after.

        Args:
            name: Its name.
            after: The tasks.
            outputs: Its artifacts.
            cached: Whether the cache may answer.
            values: Its parameters; one that is a mapping is taken as it is.
        """
        given = {"name": name, "folder": str(self.folder), **values}
        kinds = {
            key: TYPES[type(value)] if not isinstance(value, dict) else "NUMBER_INTEGER" for key, value in given.items()
        }
        self.components[name] = {
            "executorLabel": f"{name}_executor",
            "inputDefinitions": {
                "parameters": {key: {"parameterType": kind} for key, kind in kinds.items()},
                "artifacts": dict.fromkeys(after, KIND),
            },
            "outputDefinitions": {"artifacts": dict.fromkeys(outputs, KIND)},
        }
        self.tasks[name] = {
            "taskInfo": {"name": name},
            "componentRef": {"name": name},
            "dependentTasks": list(after),
            "cachingOptions": {"enableCache": True} if cached else {},
            "inputs": {
                "parameters": {
                    key: value if isinstance(value, dict) else constant(value) for key, value in given.items()
                },
                "artifacts": {
                    each: {"taskOutputArtifact": {"producerTask": each, "outputArtifactKey": "text"}} for each in after
                },
            },
        }
        self.executors[f"{name}_executor"] = {
            "container": {"image": "test:1", "command": ["python", str(PROGRAM)], "args": ["{{$}}"]}
        }

    def compiled(self) -> Compiled:
        spec = {
            "pipelineInfo": {"name": "small"},
            "schemaVersion": "2.1.0",
            "root": {"dag": {"tasks": self.tasks}, "inputDefinitions": {"parameters": self.parameters}},
            "components": self.components,
            "deploymentSpec": {"executors": self.executors},
        }
        if not self.platforms:
            return Compiled(spec)
        return Compiled(spec, {"platforms": {"kubernetes": {"deploymentSpec": {"executors": self.platforms}}}})
