"""Remove what a plan names, so that a kill at any moment loses nothing, and a second call finishes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2 as pb

from components.errors import FusegateError
from components.live_model.publish import STAGING_PREFIX, remove_staging
from pipeline.config import Config
from pipeline.gc.plan import Plan

_GONE = ".gone-"


def remove(store: mlmd.MetadataStore, config: Config, plan: Plan) -> None:
    """Remove files and folders; call it while no run goes on and under `registry_lock`.

    TFX's cache serves artifacts that are LIVE in ML Metadata and whose folder is there, however much of it. So the
    artifacts are marked first, in one transaction; what people and TF Serving look at goes by a rename; and the
    artifacts are DELETED last.

    Args:
        store: The metadata store.
        config: The pipeline.
        plan: What goes.

    Raises:
        FusegateError: A file cannot be removed.

    Reference:
        `tfx.orchestration.portable.cache_utils.get_cached_outputs`.
    """
    _set_state(store, plan, pb.Artifact.MARKED_FOR_DELETION)
    try:
        for item in plan.of("version"):
            os.rename(item.path, item.path.with_name(f"{STAGING_PREFIX}{item.path.name}"))
        remove_staging(str(config.models))
        for item in plan.of("run"):
            os.rename(item.path, config.output / f"{_GONE}{item.name}")
        _remove_gone(config.output)
        for item in (*plan.of("artifact"), *plan.of("checkpoint")):
            shutil.rmtree(item.path)
    except OSError as error:
        raise FusegateError(
            f"what goes must be removable. Received: {error}. Mend that, and run again: the rest goes then"
        ) from error
    _set_state(store, plan, pb.Artifact.DELETED)


def _remove_gone(output: Path) -> None:
    """Remove the runs that were renamed, by this call or by one that was killed."""
    for path in output.glob(f"{_GONE}*"):
        shutil.rmtree(path)


def _set_state(store: mlmd.MetadataStore, plan: Plan, state: int) -> None:
    for artifact in plan.artifacts:
        artifact.state = state
    if plan.artifacts:
        store.put_artifacts(plan.artifacts)
