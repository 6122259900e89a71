"""Evaluator: TFX's component with our executor, and the rules of the gate beside TFMA's configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensorflow_model_analysis.proto import config_pb2
from tfx import types
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.orchestration.data_types import RuntimeParameter
from tfx.types import component_spec, standard_artifacts, standard_component_specs
from tfx.utils import json_utils

from components.code_digest import code_digest
from components.evaluator.adjust import ADJUSTABLE
from components.evaluator.executor import RULES_KEY, Executor
from components.evaluator.rules import GateRules


class EvaluatorSpec(standard_component_specs.EvaluatorSpec):
    """TFX's parameters, inputs and outputs, and the rules of the gate."""

    PARAMETERS = {
        **standard_component_specs.EvaluatorSpec.PARAMETERS,
        RULES_KEY: component_spec.ExecutionParameter(type=str, optional=True),
        **{name: component_spec.ExecutionParameter(type=float, optional=True) for name in ADJUSTABLE},
        "code": component_spec.ExecutionParameter(type=str),
    }


class Evaluator(base_beam_component.BaseBeamComponent):
    """TFX's Evaluator, which leaves out a baseline that there is not and blesses a simpler variant where it may.

    Args:
        examples: FrozenFeatures' examples.
        model: The candidate.
        baseline_model: What is live, as LiveModel emits it.
        eval_config: TFMA's configuration, with the gate's thresholds.
        example_splits: The splits that are read.
        module_path: Module with `custom_extractors`.
        rules: The same rules as the thresholds, in plain values; without them there is no fallback, and the evaluation
            does not say which rules were broken.
        bounds: Of the rules those that one run may be given otherwise, see `components.evaluator.adjust`.
    """

    SPEC_CLASS = EvaluatorSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        model: types.BaseChannel,
        baseline_model: types.BaseChannel,
        eval_config: config_pb2.EvalConfig,
        example_splits: Sequence[str],
        module_path: str,
        rules: GateRules | None = None,
        bounds: Mapping[str, float | RuntimeParameter] | None = None,
    ):
        super().__init__(
            EvaluatorSpec(
                examples=examples,
                model=model,
                baseline_model=baseline_model,
                eval_config=eval_config,
                example_splits=json_utils.dumps(list(example_splits)),
                module_path=module_path,
                rules=rules.to_json() if rules else None,
                **(bounds or {}),
                # TFX's cache knows nothing of code: an evaluation by other code is another one.
                code=code_digest(),
                evaluation=types.Channel(type=standard_artifacts.ModelEvaluation),
                blessing=types.Channel(type=standard_artifacts.ModelBlessing),
            )
        )
