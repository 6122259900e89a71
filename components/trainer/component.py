"""Trainer: TFX's component with our executor, and the budget as a parameter of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.orchestration.data_types import RuntimeParameter
from tfx.proto import trainer_pb2
from tfx.types import component_spec, standard_artifacts, standard_component_specs
from tfx.utils import json_utils

from components.trainer.executor import EPOCHS_PROPERTY, Executor


class TrainerSpec(standard_component_specs.TrainerSpec):
    """TFX's parameters, inputs and outputs, and the epochs."""

    PARAMETERS = {
        **standard_component_specs.TrainerSpec.PARAMETERS,
        EPOCHS_PROPERTY: component_spec.ExecutionParameter(type=int),
    }


class Trainer(base_component.BaseComponent):
    """TFX's Trainer, whose budget a runtime parameter can set: `custom_config` is one text, which it could not.

    Args:
        run_fn: Dotted path of the training function.
        examples: Transformed examples.
        transform_graph: What Transform made.
        schema: The schema of the featured examples.
        epochs: Most epochs of each model; it is laid over `custom_config["train"]["epochs"]`.
        custom_config: What `run_fn` gets.
        base_model: What trained models start from, where a warm start is asked for.
    """

    SPEC_CLASS = TrainerSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        run_fn: str,
        examples: types.BaseChannel,
        transform_graph: types.BaseChannel,
        schema: types.BaseChannel,
        epochs: int | RuntimeParameter,
        custom_config: Mapping[str, Any],
        base_model: types.BaseChannel | None = None,
    ):
        super().__init__(
            TrainerSpec(
                run_fn=run_fn,
                examples=examples,
                transform_graph=transform_graph,
                schema=schema,
                base_model=base_model,
                train_args=trainer_pb2.TrainArgs(),
                eval_args=trainer_pb2.EvalArgs(),
                epochs=epochs,
                custom_config=json_utils.dumps(dict(custom_config)),
                model=types.Channel(type=standard_artifacts.Model),
                model_run=types.Channel(type=standard_artifacts.ModelRun),
            )
        )
