"""ImportSchemaGen: TFX's component, which takes the schema itself instead of the path of a file."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts, standard_component_specs

from components.import_schema_gen.executor import SCHEMA_PROPERTY, Executor


class ImportSchemaGenSpec(component_spec.ComponentSpec):
    """Parameter and output of ImportSchemaGen."""

    PARAMETERS = {SCHEMA_PROPERTY: component_spec.ExecutionParameter(type=str)}
    INPUTS: dict[str, component_spec.ChannelParameter] = {}
    OUTPUTS = {
        standard_component_specs.SCHEMA_KEY: component_spec.ChannelParameter(type=standard_artifacts.Schema),
    }


class ImportSchemaGen(base_component.BaseComponent):
    """Emits the curated schema.

    TFX's own takes a path: its cache key would be that path, whatever the file says, and a cluster's containers do not
    have the file.

    Args:
        schema: The schema in text form.
    """

    SPEC_CLASS = ImportSchemaGenSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(self, schema: str):
        super().__init__(ImportSchemaGenSpec(schema_text=schema, schema=types.Channel(type=standard_artifacts.Schema)))
