"""Executor of ImportSchemaGen: writes the schema under the name that TFX's readers look for."""

from __future__ import annotations

from typing import Any

from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import io_utils

SCHEMA_PROPERTY = "schema_text"
_FILE = "schema.pbtxt"


class Executor(base_executor.BaseExecutor):
    """Writes one file."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Write the schema as it was given, comments and all."""
        uri = artifact_utils.get_single_uri(output_dict[standard_component_specs.SCHEMA_KEY])
        io_utils.write_string_file(f"{uri}/{_FILE}", exec_properties[SCHEMA_PROPERTY])
