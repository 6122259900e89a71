"""Tasks as plain processes of this Python environment."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from components.kubeflow_entrypoint.artifact_uri import ROOT_VARIABLE
from pipeline.rehearse.children import Children
from pipeline.rehearse.engine import Job

_SOURCE = Path(__file__).parents[2]


class ProcessEngine:
    """Runs commands without containers: the image is not looked at.

    A process has no mounts. The launcher's folders lie in the scratch folder, which the entrypoint is told, and a
    volume's path is replaced by its folder wherever it stands in a parameter or a variable.
    """

    def __init__(self) -> None:
        self._children = Children()

    def check_image(self, image: str) -> None:
        """Ask nothing of an image that is not looked at."""

    def prepare(self, executor_input: dict[str, Any], job: Job) -> dict[str, Any]:
        """Replace the paths of the volumes and of the output files."""
        inputs, outputs = executor_input["inputs"], executor_input["outputs"]
        values = {name: _replaced(value, job.volumes) for name, value in inputs["parameterValues"].items()}
        parameters = {
            name: {"outputFile": f"{job.scratch}{each['outputFile']}"} for name, each in outputs["parameters"].items()
        }
        return {
            "inputs": inputs | {"parameterValues": values},
            "outputs": outputs | {"parameters": parameters, "outputFile": f"{job.scratch}{outputs['outputFile']}"},
        }

    def run(self, command: Sequence[str], job: Job) -> int:
        """Run a command; `python` is the one that runs this."""
        python = Path(sys.executable)
        program = str(python) if command[0] == "python" else command[0]
        environment = {
            **os.environ,
            "PATH": f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONPATH": f"{_SOURCE}{os.pathsep}{os.environ.get('PYTHONPATH', '')}".rstrip(os.pathsep),
            "TMPDIR": str(job.scratch / "tmp"),
            **{name: _replaced(value, job.volumes) for name, value in job.environment.items()},
            ROOT_VARIABLE: str(job.scratch),
        }
        return self._children.run([program, *command[1:]], environment, job.log)

    def stop(self) -> None:
        """End all processes."""
        self._children.stop()


def _replaced(value: Any, volumes: Mapping[str, Path]) -> Any:
    if not isinstance(value, str):
        return value
    for mount, folder in volumes.items():
        # Of a path, and not of one whose name only begins alike.
        value = re.sub(rf"{re.escape(mount)}(?=[/\"\\]|$)", str(folder).replace("\\", r"\\"), value)
    return value
