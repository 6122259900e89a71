"""Executor of Pusher: a version appears whole or not at all, with its record in the registry.

TFX's own executor copies straight into the numbered folder that TF Serving watches, so that a push killed half way
leaves a version without weights. Here the copy is made under a name that TF Serving ignores and renamed in one step.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from typing import Any

from tfx import types
from tfx.components.pusher import executor as tfx_pusher
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import io_utils

from components import keys
from components.code_digest import code_digest
from components.kubeflow_entrypoint.artifact_uri import artifact_uri
from components.live_model import registry
from components.live_model.files_digest import files_digest
from components.live_model.lock import registry_lock
from components.live_model.publish import publish, remove_staging, stage
from components.live_model.withdrawn import withdrawn
from components.run_identity import run_identity

DESTINATION_PROPERTY = "destination"
REFERENCE_KEY = "reference"
RECEIPT_KEY = "receipt"
UNCHANGED_PROPERTY = "unchanged"
REASON_PROPERTY = "reason"
# As the Evaluator names it; its executor would bring TFMA with it, which a push does not need.
_BESIDE = {REFERENCE_KEY: registry.REFERENCE, RECEIPT_KEY: registry.RECEIPT}


class Executor(tfx_pusher.Executor):
    """Pushes the variant that was blessed unless it equals the model that is live."""

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
            pushed.set_string_custom_property(REASON_PROPERTY, self._reason(input_dict))
            return
        destination = exec_properties[DESTINATION_PROPERTY]
        variant = _variant(input_dict)
        model_path = self.GetModelPath(input_dict)
        with registry_lock(destination):
            staging = stage(destination, lambda target: _copy_variant(model_path, variant, target))
            digest = registry.model_digest(staging)
            if self._known(destination, digest, pushed):
                remove_staging(destination)
                return
            version = registry.next_version(destination, int(time.time()))
            beside = {_BESIDE[key]: input_dict[key][0].uri for key in _BESIDE if input_dict.get(key)}
            run = run_identity(self._context, exec_properties)
            record = _record(run, version, digest, variant, staging, input_dict)
            publish(destination, staging, record, beside)
        path = registry.version_path(destination, version)
        io_utils.copy_dir(path, pushed.uri)
        pushed.set_string_custom_property(keys.VARIANT_PROPERTY, variant)
        self._MarkPushed(pushed, path, str(version))

    def _known(self, destination: str, digest: str, pushed: types.Artifact) -> bool:
        """Look for a model in the registry that must not be pushed again: what is live, and what was taken back."""
        live = registry.live_version(destination)
        live_record = registry.read_record(destination, live) if live is not None else None
        if live_record is not None and live_record.model_digest == digest:
            pushed.set_int_custom_property(UNCHANGED_PROPERTY, 1)
            reason = f"version {live}, which is live, is the same model"
        elif (rollback := withdrawn(destination).get(digest)) is not None:
            reason = (
                f"version {rollback.replaced}, which is the same model, was rolled back ({rollback.why}); "
                f"fusegate rollback --to {rollback.replaced} would put it back"
            )
        else:
            return False
        self._MarkNotPushed(pushed)
        pushed.set_string_custom_property(REASON_PROPERTY, reason)
        return True

    def _reason(self, input_dict: dict[str, list[types.Artifact]]) -> str:
        """Say which of the two blessings is missing."""
        without_serving = {
            key: value for key, value in input_dict.items() if key != standard_component_specs.INFRA_BLESSING_KEY
        }
        if not self.CheckBlessing(without_serving):
            return "the candidate was not blessed"
        return "the check of its serving did not bless the candidate"


def _record(
    run: Mapping[str, str],
    version: int,
    digest: str,
    variant: str,
    staging: str,
    input_dict: dict[str, list[types.Artifact]],
) -> registry.Record:
    model = artifact_utils.get_single_instance(input_dict[standard_component_specs.MODEL_KEY])
    receipt = input_dict.get(RECEIPT_KEY)
    return registry.Record(
        version=version,
        pipeline=run["pipeline"],
        run_id=run["run_id"],
        pushed_at=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        model_digest=digest,
        model_uri=artifact_uri(model.uri),
        code=code_digest(),
        variant=variant,
        files_digest=files_digest(staging),
        receipt_digest=files_digest(receipt[0].uri) if receipt else "",
    )


def _variant(input_dict: dict[str, list[types.Artifact]]) -> str:
    blessing = artifact_utils.get_single_instance(input_dict[standard_component_specs.MODEL_BLESSING_KEY])
    return blessing.get_string_custom_property(keys.VARIANT_PROPERTY) or keys.FUSED


def _copy_variant(model_path: str, variant: str, target: str) -> None:
    """Copy a model; where another output than the fused one was blessed, it is what the copy serves."""
    if variant == keys.FUSED:
        io_utils.copy_dir(model_path, target)
        return
    from components.variant.with_variant import with_variant

    with_variant(model_path, variant, target)
