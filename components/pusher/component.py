"""Pusher: TFX's component with our executor, and what the registry keeps beside a version."""

from __future__ import annotations

from collections.abc import Mapping

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.orchestration.data_types import RuntimeParameter
from tfx.types import component_spec, standard_artifacts, standard_component_specs

from components.pusher.executor import DESTINATION_PROPERTY, RECEIPT_KEY, REFERENCE_KEY, Executor
from components.run_identity import PIPELINE_PROPERTY, RUN_PROPERTY


class PusherSpec(standard_component_specs.PusherSpec):
    """TFX's inputs and outputs of Pusher, and what the registry keeps beside a version; the destination is a path."""

    PARAMETERS = {
        DESTINATION_PROPERTY: component_spec.ExecutionParameter(type=str),
        PIPELINE_PROPERTY: component_spec.ExecutionParameter(type=str, optional=True),
        RUN_PROPERTY: component_spec.ExecutionParameter(type=str, optional=True),
    }
    INPUTS = {
        **standard_component_specs.PusherSpec.INPUTS,
        REFERENCE_KEY: component_spec.ChannelParameter(type=standard_artifacts.ExampleStatistics, optional=True),
        RECEIPT_KEY: component_spec.ChannelParameter(type=standard_artifacts.ModelEvaluation, optional=True),
    }


class Pusher(base_component.BaseComponent):
    """TFX's Pusher; a version appears whole, with a record in the registry, and is not pushed twice.

    Args:
        model: What the Trainer made.
        model_blessing: What the Evaluator said of it.
        destination: Folder that TF Serving watches.
        infra_blessing: What a check of its serving said of it.
        reference: Statistics of what it was trained on, as DataGate emits them.
        receipt: The receipt of its decision, as Receipt emits it.
        identity: Execution properties that say which run it is, where the orchestrator does not.
    """

    SPEC_CLASS = PusherSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        model: types.BaseChannel,
        model_blessing: types.BaseChannel,
        destination: str | RuntimeParameter,
        infra_blessing: types.BaseChannel | None = None,
        reference: types.BaseChannel | None = None,
        receipt: types.BaseChannel | None = None,
        identity: Mapping[str, str] | None = None,
    ):
        super().__init__(
            PusherSpec(
                model=model,
                model_blessing=model_blessing,
                infra_blessing=infra_blessing,
                reference=reference,
                receipt=receipt,
                destination=destination,
                **(identity or {}),
                pushed_model=types.Channel(type=standard_artifacts.PushedModel),
            )
        )
