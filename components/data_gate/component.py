"""DataGate: stops the run before training on data that must not be trained on."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.code_digest import code_digest
from components.data_gate.executor import Executor
from components.data_gate.own_rules import rules_digest
from components.data_gate.settings import GateSettings


class DataGateSpec(component_spec.ComponentSpec):
    """Parameters, inputs and outputs of DataGate."""

    PARAMETERS = {
        "settings": component_spec.ExecutionParameter(type=str),
        "rules_digest": component_spec.ExecutionParameter(type=str),
        "code": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "quarantine": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "statistics": component_spec.ChannelParameter(type=standard_artifacts.ExampleStatistics),
        "schema": component_spec.ChannelParameter(type=standard_artifacts.Schema),
        "anomalies": component_spec.ChannelParameter(type=standard_artifacts.ExampleAnomalies),
        "live": component_spec.ChannelParameter(type=standard_artifacts.Model),
    }
    OUTPUTS = {
        "findings": component_spec.ChannelParameter(type=standard_artifacts.ExampleAnomalies),
        "reference": component_spec.ChannelParameter(type=standard_artifacts.ExampleStatistics),
    }


class DataGate(base_beam_component.BaseBeamComponent):
    """Fails where TFX's ExampleValidator only reports.

    Its output `reference` is what the registry keeps beside a model that is trained on these examples: the next runs
    are compared with it.

    Args:
        examples: The examples of PairedExampleGen; its counts by split and label are read.
        quarantine: The pairs that were set apart; its counts are read.
        statistics: TFDV's statistics of the examples.
        schema: The schema.
        anomalies: What ExampleValidator found.
        live: What is live now, with the reference that it was pushed with.
        settings: Modes, bounds and rules.
    """

    SPEC_CLASS = DataGateSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        quarantine: types.BaseChannel,
        statistics: types.BaseChannel,
        schema: types.BaseChannel,
        anomalies: types.BaseChannel,
        live: types.BaseChannel,
        settings: GateSettings,
    ):
        super().__init__(
            DataGateSpec(
                examples=examples,
                quarantine=quarantine,
                statistics=statistics,
                schema=schema,
                anomalies=anomalies,
                live=live,
                settings=settings.to_json(),
                rules_digest=rules_digest(settings.rules),
                code=code_digest(),
                findings=types.Channel(type=standard_artifacts.ExampleAnomalies),
                reference=types.Channel(type=standard_artifacts.ExampleStatistics),
            )
        )
