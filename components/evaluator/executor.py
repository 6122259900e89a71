"""Executor of Evaluator: a thin layer over TFX's, for the first run's baseline and for the scores."""

from __future__ import annotations

from typing import Any

from tfx import types
from tfx.components.evaluator import executor as tfx_evaluator
from tfx.types import artifact_utils, standard_component_specs

from components.evaluator import scores
from components.live_model.executor import NOTHING_LIVE, VERSION_PROPERTY

BASELINE_PROPERTY = "baseline_version"


class Executor(tfx_evaluator.Executor):
    """TFX's executor, which needs a baseline model where the graph has one: here there may be none yet."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Drop an empty baseline, say so on the evaluation, and evaluate."""
        baseline = artifact_utils.get_single_instance(input_dict[standard_component_specs.BASELINE_MODEL_KEY])
        version = int(baseline.get_int_custom_property(VERSION_PROPERTY))
        inputs = dict(input_dict)
        if version == NOTHING_LIVE:
            del inputs[standard_component_specs.BASELINE_MODEL_KEY]
        evaluation = artifact_utils.get_single_instance(output_dict[standard_component_specs.EVALUATION_KEY])
        evaluation.set_int_custom_property(BASELINE_PROPERTY, version)
        with scores.written_to(evaluation.uri):
            super().Do(inputs, output_dict, exec_properties)
