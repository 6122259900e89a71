"""An artifact's URI as people and other tools know it."""

from __future__ import annotations

import os

from components.kubeflow_entrypoint.uris import to_remote

# What the launcher's folders lie under: the entrypoint sets it, and where it is not set no launcher copies anything.
ROOT_VARIABLE = "FUSEGATE_OBJECT_STORE_ROOT"
# The backend's number of an artifact; TFX makes another of it.
ID_PROPERTY = "mlmd_id"


def artifact_uri(path: str) -> str:
    """Return what a path within a component is a copy of: on Kubeflow an object-store URI, elsewhere the path."""
    root = os.environ.get(ROOT_VARIABLE)
    return path if root is None else to_remote(path, root)
