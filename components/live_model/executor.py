"""Executor of LiveModel: copies the live version into its artifact, or says that nothing is live."""

from __future__ import annotations

from typing import Any

from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.dsl.io import fileio
from tfx.types import artifact_utils
from tfx.utils import io_utils, path_utils

from components.live_model import registry
from components.live_model.set_aside import read_set_aside

VERSION_PROPERTY = "live_version"
SET_ASIDE_PROPERTY = "baseline_set_aside"
NOTHING_LIVE = 0


class Executor(base_executor.BaseExecutor):
    """Emits the live model under TFX's serving layout, and beside it the statistics of what it was trained on.

    The property `live_version` is 0 where nothing is live. Where the live version is not to be compared with, the
    property `baseline_set_aside` says why; the model itself is emitted all the same, for a warm start and for drift.
    """

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Copy the live version, so that a rollback or a clean-up during the run cannot pull it away."""
        artifact = artifact_utils.get_single_instance(output_dict["model"])
        destination = exec_properties["destination"]
        version = registry.live_version(destination)
        artifact.set_int_custom_property(VERSION_PROPERTY, version or NOTHING_LIVE)
        if version is None:
            return
        set_aside = read_set_aside(f"{destination}/{registry.RECORDS}", version)
        if set_aside is not None:
            artifact.set_string_custom_property(SET_ASIDE_PROPERTY, set_aside.why)
        reference = registry.reference_path(destination, version)
        if fileio.isdir(reference):
            io_utils.copy_dir(reference, f"{artifact.uri}/{registry.REFERENCE}")
        io_utils.copy_dir(registry.version_path(destination, version), path_utils.serving_model_dir(artifact.uri))
