"""DataGate: stops the run on anomalies, too many unusable pairs, or too few examples of a label."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.code_digest import code_digest
from components.data_gate.executor import Executor


class DataGateSpec(component_spec.ComponentSpec):
    """Parameters, inputs and outputs of DataGate."""

    PARAMETERS = {
        "max_bad_share": component_spec.ExecutionParameter(type=float),
        "min_per_class": component_spec.ExecutionParameter(type=int),
        "code": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "quarantine": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "anomalies": component_spec.ChannelParameter(type=standard_artifacts.ExampleAnomalies),
    }
    OUTPUTS = {"findings": component_spec.ChannelParameter(type=standard_artifacts.ExampleAnomalies)}


class DataGate(base_component.BaseComponent):
    """Fails where TFX's ExampleValidator only reports.

    Args:
        examples: The examples of PairedExampleGen; its counts by split and label are read.
        quarantine: The pairs that were set apart; its counts are read.
        anomalies: What ExampleValidator found.
        max_bad_share: Largest share of unusable pairs.
        min_per_class: Fewest examples of each label in each split.
    """

    SPEC_CLASS = DataGateSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        quarantine: types.BaseChannel,
        anomalies: types.BaseChannel,
        max_bad_share: float,
        min_per_class: int,
    ):
        super().__init__(
            DataGateSpec(
                examples=examples,
                quarantine=quarantine,
                anomalies=anomalies,
                max_bad_share=max_bad_share,
                min_per_class=min_per_class,
                code=code_digest(),
                findings=types.Channel(type=standard_artifacts.ExampleAnomalies),
            )
        )
