"""Executor of Pusher: a version appears whole or not at all, with its record in the registry.

TFX's own executor copies straight into the numbered folder that TF Serving watches, so that a push killed half way
leaves a version without weights. Here the copy is made under a name that TF Serving ignores and renamed in one step.
"""

from __future__ import annotations

import datetime
import time
from typing import Any

import tensorflow as tf
from tfx import types
from tfx.components.pusher import executor as tfx_pusher
from tfx.proto import pusher_pb2
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import io_utils, proto_utils

from components.code_digest import code_digest
from components.live_model import registry

REFERENCE_KEY = "reference"
STAGING_PREFIX = ".staging-"
UNCHANGED_PROPERTY = "unchanged"
REASON_PROPERTY = "reason"


class Executor(tfx_pusher.Executor):
    """Pushes a blessed model unless it equals the one that is live."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Check the blessings as TFX does, then stage, rename and record."""
        self._log_startup(input_dict, output_dict, exec_properties)
        pushed = artifact_utils.get_single_instance(output_dict[standard_component_specs.PUSHED_MODEL_KEY])
        if not self.CheckBlessing(input_dict):
            self._MarkNotPushed(pushed)
            pushed.set_string_custom_property(REASON_PROPERTY, "the candidate was not blessed")
            return
        destination = _destination(exec_properties)
        model_path = self.GetModelPath(input_dict)
        digest = registry.model_digest(model_path)
        live = registry.live_version(destination)
        live_record = registry.read_record(destination, live) if live is not None else None
        if live is not None and live_record is not None and live_record.model_digest == digest:
            self._MarkNotPushed(pushed)
            pushed.set_int_custom_property(UNCHANGED_PROPERTY, 1)
            pushed.set_string_custom_property(REASON_PROPERTY, f"version {live}, which is live, is the same model")
            return
        version = max(int(time.time()), (live or 0) + 1)
        # The record and the statistics come first: without their version they are nothing, and a version is live.
        registry.write_record(destination, self._record(version, digest, input_dict, exec_properties))
        for reference in input_dict.get(REFERENCE_KEY, ()):
            io_utils.copy_dir(reference.uri, registry.reference_path(destination, version))
        self._push(model_path, destination, version)
        io_utils.copy_dir(model_path, pushed.uri)
        self._MarkPushed(pushed, registry.version_path(destination, version), str(version))

    def _push(self, model_path: str, destination: str, version: int) -> None:
        """Copy beside the versions and rename; staging folders of killed pushes are removed first."""
        tf.io.gfile.makedirs(destination)
        for name in tf.io.gfile.listdir(destination):
            if name.startswith(STAGING_PREFIX):
                tf.io.gfile.rmtree(f"{destination}/{name}")
        staging = f"{destination}/{STAGING_PREFIX}{version}"
        io_utils.copy_dir(model_path, staging)
        tf.io.gfile.rename(staging, registry.version_path(destination, version))

    def _record(
        self,
        version: int,
        digest: str,
        input_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> registry.Record:
        model = artifact_utils.get_single_instance(input_dict[standard_component_specs.MODEL_KEY])
        context = self._context
        return registry.Record(
            version=version,
            pipeline=context.pipeline_info.id if context and context.pipeline_info else "",
            run_id=(context.pipeline_run_id or "") if context else "",
            pushed_at=datetime.datetime.fromtimestamp(version, datetime.timezone.utc).isoformat(),
            model_digest=digest,
            model_uri=model.uri,
            code=code_digest(),
        )


def _destination(exec_properties: dict[str, Any]) -> str:
    destination = pusher_pb2.PushDestination()
    proto_utils.json_to_proto(exec_properties[standard_component_specs.PUSH_DESTINATION_KEY], destination)
    return destination.filesystem.base_directory
