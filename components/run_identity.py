"""Which run of which pipeline a component runs in, on any orchestrator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PIPELINE_PROPERTY = "pipeline_name"
RUN_PROPERTY = "run_id"


def run_identity(context: Any, properties: Mapping[str, Any]) -> dict[str, str]:
    """Return `pipeline` and `run_id`, each empty where it is not known.

    TFX's local runner tells its executors through their context. Its entrypoint for Kubeflow tells them nothing, so
    that there the graph brings both as execution properties.

    Args:
        context: The executor's context, or None.
        properties: Its execution properties.
    """
    info = context.pipeline_info if context else None
    return {
        "pipeline": properties.get(PIPELINE_PROPERTY) or (info.id if info else ""),
        "run_id": properties.get(RUN_PROPERTY) or (context.pipeline_run_id if context else "") or "",
    }
