"""The `platforms` document: what a pipeline's specification has no words for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipeline.kubeflow_config import KubeflowConfig


def platforms(config: KubeflowConfig, labels: Iterable[str]) -> dict[str, Any] | None:
    """Return the volumes and the secrets of every executor.

    Args:
        config: The configuration's section.
        labels: The executors' labels.

    Returns:
        KFP's PlatformSpec with `kubernetes`; None where nothing is to be said, as on Vertex.
    """
    if config.backend == "vertex":
        return None
    settings = [(label, _settings(config)) for label in labels]
    if not any(found for _, found in settings):
        return None
    return {"platforms": {"kubernetes": {"deploymentSpec": {"executors": dict(settings)}}}}


def _settings(config: KubeflowConfig) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if config.volumes:
        settings["pvcMount"] = [{"constant": volume.claim, "mountPath": volume.mount} for volume in config.volumes]
    if config.secrets:
        settings["secretAsEnv"] = [
            {"secretName": secret.secret, "keyToEnv": [{"secretKey": secret.key, "envVar": secret.env}]}
            for secret in config.secrets
        ]
    return settings
