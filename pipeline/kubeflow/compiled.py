"""A compiled pipeline: one or two YAML documents."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import yaml


@dataclasses.dataclass(frozen=True)
class Compiled:
    """What Kubeflow's backend is given.

    Attributes:
        spec: The pipeline's specification, as KFP's PipelineSpec in JSON.
        platforms: What only Kubernetes knows, volumes and secrets, as KFP's PlatformSpec; None where there is none.
    """

    spec: dict[str, Any]
    platforms: dict[str, Any] | None = None

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """The run's parameters by name, with `parameterType` and `defaultValue`."""
        return self.spec["root"].get("inputDefinitions", {}).get("parameters", {})

    @property
    def tasks(self) -> dict[str, dict[str, Any]]:
        """The tasks by name."""
        return self.spec["root"]["dag"]["tasks"]

    @property
    def executors(self) -> dict[str, dict[str, Any]]:
        """What runs a task, by its label."""
        return self.spec["deploymentSpec"]["executors"]

    @property
    def digest(self) -> str:
        """16 hexadecimal digits of the whole."""
        return hashlib.sha256(self.to_yaml().encode()).hexdigest()[:16]

    def to_yaml(self) -> str:
        """Return the documents, with the parameters in a comment before them."""
        lines = ["# PIPELINE DEFINITION", f"# Name: {self.spec['pipelineInfo']['name']}", "# Inputs:"]
        lines += [
            f"#    {name}: {parameter['parameterType']} [Default: {parameter['defaultValue']!r}]"
            for name, parameter in sorted(self.parameters.items())
        ]
        documents = [self.spec] if self.platforms is None else [self.spec, self.platforms]
        return "\n".join(lines) + "\n" + yaml.safe_dump_all(documents, sort_keys=True, width=120)
