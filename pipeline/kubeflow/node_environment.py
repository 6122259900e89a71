"""Variables that single nodes find in their environment on a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from components.errors import InputError
from components.frozen_features.cache_location import VARIABLE
from pipeline.config import Config


def node_environment(inside: Config) -> Mapping[str, Mapping[str, str]]:
    """Return each node's own variables: FrozenFeatures is told where vectors are kept across runs.

    Args:
        inside: The configuration as it is in the containers.

    Raises:
        InputError: They would be kept in a container's own folder, which is gone after the run.
    """
    location = inside.features
    if location is None:
        return {}
    vertex = inside.kubeflow.backend == "vertex"
    lasting = ["/gcs"] if vertex else [volume.mount for volume in inside.kubeflow.volumes]
    if "://" not in location and not any(PurePosixPath(location).is_relative_to(mount) for mount in lasting):
        raise InputError(
            f"feature_cache.location must last longer than a container: lie on {' or '.join(lasting) or 'a volume'}, "
            f"or be a URI. Received: {location}. Leave it at output, correct it, or set it to null"
        )
    return {"FrozenFeatures": {VARIABLE: location}}
