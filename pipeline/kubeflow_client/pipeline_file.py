"""A compiled pipeline as a file, as far as one who submits it has to know it."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from pathlib import Path
from typing import Any

import yaml

from components.errors import ConfigError, InputError

SCHEMA_VERSION = "2.1.0"
# What the server's API takes, and what names a resource in its cluster.
MOST_BYTES = 32 * 1024 * 1024
NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LONGEST_NAME = 63


@dataclasses.dataclass(frozen=True)
class PipelineFile:
    """A compiled pipeline.

    Attributes:
        path: Its file.
        name: The pipeline's name.
        digest: SHA-256 of the file, 64 hexadecimal digits: two files with one digest are one version.
        parameters: What a run may be given: `inputDefinitions.parameters` of the root, by name.
    """

    path: Path
    name: str
    digest: str
    parameters: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, path: Path) -> PipelineFile:
        """Read a compiled pipeline.

        Args:
            path: A YAML file: the pipeline's spec, and a second document with its platforms where it has any.

        Raises:
            InputError: If it is no such file.
            ConfigError: With everything in it that the server would refuse.
        """
        content = _content(path)
        spec = _spec(path, content)
        info, root = spec.get("pipelineInfo"), spec.get("root")
        name = str(info.get("name") or "") if isinstance(info, dict) else ""
        definitions = root.get("inputDefinitions") or {} if isinstance(root, dict) else {}
        parameters = definitions.get("parameters") or {} if isinstance(definitions, dict) else None
        faults = []
        if spec.get("schemaVersion") != SCHEMA_VERSION:
            received = spec.get("schemaVersion")
            faults.append(f"schemaVersion: the open-source server takes {SCHEMA_VERSION} alone. Received: {received!r}")
        if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
            faults.append(
                f"pipelineInfo.name: at most {LONGEST_NAME} small letters, digits and hyphens, none at either end. "
                f"Received: {name!r}"
            )
        if not isinstance(root, dict):
            faults.append(f"root: must be given. Received: {root!r}")
        if not isinstance(parameters, dict) or not all(isinstance(each, dict) for each in parameters.values()):
            faults.append("root.inputDefinitions.parameters: must map names to definitions. Received: something else")
        if faults:
            raise ConfigError(str(path), faults)
        return cls(path, name, hashlib.sha256(content).hexdigest(), parameters or {})

    @property
    def version_name(self) -> str:
        """A name for this version that no other content has."""
        return f"sha256-{self.digest[:16]}"

    @property
    def description(self) -> str:
        """What marks this version on the server, so that it is found again."""
        return f"fusegate sha256:{self.digest}"


def _content(path: Path) -> bytes:
    if path.suffix not in (".yaml", ".yml") or not path.is_file():
        raise InputError(
            f"a compiled pipeline must be a .yaml file that exists. Received: {path}. "
            "Make it with: fusegate kubeflow compile"
        )
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise InputError(f"the server takes files of at most {MOST_BYTES} bytes. Received: {path}, {size} bytes")
    return path.read_bytes()


def _spec(path: Path, content: bytes) -> dict[str, Any]:
    """Return the document that holds the pipeline's spec."""
    try:
        documents = [each for each in yaml.safe_load_all(content) if each is not None]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"a compiled pipeline must be YAML. Received: {path}: {error}") from error
    specs = [each for each in documents if isinstance(each, dict) and "pipelineInfo" in each]
    if len(specs) != 1:
        raise InputError(
            f"a compiled pipeline must hold one document with pipelineInfo. Received: {path}, which holds "
            f"{len(specs)}. Make it with: fusegate kubeflow compile"
        )
    return specs[0]
