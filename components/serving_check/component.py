"""ServingCheck: emits TFX's InfraBlessing, which Pusher takes natively."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts, standard_component_specs

from components.code_digest import code_digest
from components.serving_check.executor import Executor
from components.serving_check.settings import ServingSettings


class ServingCheckSpec(component_spec.ComponentSpec):
    """Parameters, inputs and outputs of ServingCheck."""

    PARAMETERS = {
        "settings": component_spec.ExecutionParameter(type=str),
        "limits": component_spec.ExecutionParameter(type=str),
        "code": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        standard_component_specs.MODEL_KEY: component_spec.ChannelParameter(type=standard_artifacts.Model),
        standard_component_specs.MODEL_BLESSING_KEY: component_spec.ChannelParameter(
            type=standard_artifacts.ModelBlessing
        ),
        standard_component_specs.EXAMPLES_KEY: component_spec.ChannelParameter(type=standard_artifacts.Examples),
    }
    OUTPUTS = {
        standard_component_specs.BLESSING_KEY: component_spec.ChannelParameter(type=standard_artifacts.InfraBlessing),
    }


class ServingCheck(base_component.BaseComponent):
    """Loads the exported model in a fresh process, as TF Serving would, and sends what strangers send.

    Args:
        model: What the Trainer made.
        model_blessing: What the Evaluator said of it: which variant is served, or that it is refused.
        examples: Raw pairs, pictures included; those of the eval split whose training path is known are sent.
        settings: Limits and extent of the check.
        limits: What a usable pair is, see `PairLimits`.
    """

    SPEC_CLASS = ServingCheckSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        model: types.BaseChannel,
        model_blessing: types.BaseChannel,
        examples: types.BaseChannel,
        settings: ServingSettings,
        limits: Mapping[str, Any],
    ):
        super().__init__(
            ServingCheckSpec(
                model=model,
                model_blessing=model_blessing,
                examples=examples,
                settings=json.dumps(dataclasses.asdict(settings), sort_keys=True),
                limits=json.dumps(limits, sort_keys=True),
                code=code_digest(),
                blessing=types.Channel(type=standard_artifacts.InfraBlessing),
            )
        )
