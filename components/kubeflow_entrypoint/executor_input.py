"""ExecutorInput as TFX reads it, and ExecutorOutput as the launcher does. Pure: JSON objects in, JSON objects out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from components.kubeflow_entrypoint.artifact_uri import ID_PROPERTY
from components.kubeflow_entrypoint.properties import typed
from components.kubeflow_entrypoint.uris import to_local, to_remote

Json = dict[str, Any]


def for_tfx(executor_input: Mapping[str, Any], inputs_spec: Mapping[str, Any], root: str = "") -> Json:
    """Return an ExecutorInput with types, local paths and typed properties.

    Args:
        executor_input: What the backend's driver wrote.
        inputs_spec: The component's inputs, as the compiled pipeline declares them.
        root: What the launcher's folders lie under, where that is not `/`.

    Raises:
        KeyError: An input artifact is not among the component's inputs.
    """
    inputs, outputs = dict(executor_input.get("inputs", {})), dict(executor_input.get("outputs", {}))
    inputs["artifacts"] = {
        name: {
            "artifacts": [
                _input(artifact, inputs_spec["artifacts"][name]["artifactType"], root) for artifact in _list(found)
            ]
        }
        for name, found in inputs.get("artifacts", {}).items()
    }
    outputs["artifacts"] = {
        name: {"artifacts": [artifact | {"uri": to_local(artifact["uri"], root)} for artifact in _list(found)]}
        for name, found in outputs.get("artifacts", {}).items()
    }
    outputs["outputFile"] = to_local(outputs["outputFile"], root)
    return {**executor_input, "inputs": inputs, "outputs": outputs}


def for_launcher(executor_output: Mapping[str, Any], root: str = "") -> Json:
    """Return an ExecutorOutput with object-store URIs: the launcher uploads nothing else.

    Args:
        executor_output: What TFX wrote.
        root: As for `for_tfx`.
    """
    artifacts = {
        name: {"artifacts": [_output(artifact, root) for artifact in _list(found)]}
        for name, found in executor_output.get("artifacts", {}).items()
    }
    return {**executor_output, "artifacts": artifacts}


def folders(executor_input: Mapping[str, Any]) -> Iterator[str]:
    """Return the local paths of all artifacts of an ExecutorInput that `for_tfx` made."""
    for side in ("inputs", "outputs"):
        for found in executor_input[side]["artifacts"].values():
            yield from (artifact["uri"] for artifact in _list(found))


def _list(found: Mapping[str, Any]) -> list[Json]:
    return found.get("artifacts", [])


def _input(artifact: Json, kind: Json, root: str) -> Json:
    given = artifact.get("type") or {}
    known = kind if not any(given.values()) else given
    fields = typed(artifact.get("metadata", {}), known.get("instanceSchema", ""))
    if artifact.get("name", "").isdecimal():
        fields["customProperties"][ID_PROPERTY] = {"intValue": int(artifact["name"])}
    return artifact | {"type": known, "uri": to_local(artifact["uri"], root)} | fields


def _output(artifact: Json, root: str) -> Json:
    # The backend cannot keep a null.
    metadata = {key: value for key, value in artifact.get("metadata", {}).items() if value is not None}
    return artifact | {"uri": to_remote(artifact["uri"], root), "metadata": metadata}
