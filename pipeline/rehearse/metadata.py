"""What the backend keeps in ML Metadata and in its cache, in JSON files, through the same conversions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.durable import write_durably
from components.errors import FusegateError

Json = dict[str, Any]


class Metadata:
    """Artifacts by number, and by fingerprint the outputs that the cache answers with.

    Not for several threads: `record` numbers artifacts by counting them.

    Args:
        folder: Where the files lie.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        artifacts = folder / "artifacts"
        self._last = max((int(path.stem) for path in artifacts.glob("*.json")), default=0)

    def record(self, uri: str, metadata: Mapping[str, Any], name: str) -> int:
        """Keep an artifact.

        Args:
            uri: Where it is.
            metadata: Its metadata.
            name: The output that it is.

        Returns:
            Its number.

        Raises:
            FusegateError: Of a null in the metadata, which the backend cannot keep.

        Reference:
            kubeflow/pipelines, backend/src/v2/metadata/client.go, RecordArtifact.
        """
        kept = {key: kept_value(key, value) for key, value in metadata.items()}
        kept = {"display_name": name, "store_session_info": "{}"} | kept
        self._last += 1
        write_durably(self._path("artifacts", str(self._last)), json.dumps({"uri": uri, "metadata": kept}))
        return self._last

    def runtime_artifact(self, number: int) -> Json:
        """Return an artifact as the driver passes it on: without its type.

        Reference:
            kubeflow/pipelines, backend/src/v2/metadata/client.go, ToRuntimeArtifact.
        """
        kept = json.loads(self._path("artifacts", str(number)).read_text(encoding="utf-8"))
        return {"name": str(number), "type": {"instanceSchema": ""}, **kept}

    def cached(self, pipeline: str, fingerprint: str) -> dict[str, Any] | None:
        """Return the outputs of an equal execution, as `remember` was given them; None where there was none."""
        path = self._path(f"cache/{pipeline}", fingerprint)
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def remember(self, pipeline: str, fingerprint: str, outputs: Mapping[str, Any]) -> None:
        """Keep an execution's outputs for the cache."""
        write_durably(self._path(f"cache/{pipeline}", fingerprint), json.dumps(outputs))

    def _path(self, kind: str, name: str) -> Path:
        return self._folder / kind / f"{name}.json"


def kept_value(key: str, value: Any) -> Any:
    """Return what becomes of a value of an artifact's metadata on its way through the backend.

    Raises:
        FusegateError: Of a null.

    Example:
        >>> kept_value("splits", ["train", "eval"])
        {'list': ['train', 'eval']}

    Reference:
        kubeflow/pipelines, backend/src/v2/metadata/converter.go, StructValueToMLMDValue.
    """
    if value is None:
        raise FusegateError(
            f"the backend keeps no null. Received: {key} = null in an artifact's metadata. Leave it out"
        )
    if isinstance(value, list):
        return {"list": value}
    if isinstance(value, dict):
        return {"struct": value}
    return value if isinstance(value, str) else float(value)
