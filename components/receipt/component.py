"""Receipt: keeps why a candidate was blessed or refused, with what it takes to compute that again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.orchestration.data_types import RuntimeParameter
from tfx.types import component_spec, standard_artifacts

from components.code_digest import code_digest
from components.evaluator.adjust import ADJUSTABLE
from components.receipt.executor import Executor
from components.receipt.lock_digest import lock_digest
from components.run_identity import PIPELINE_PROPERTY, RUN_PROPERTY


class ReceiptSpec(component_spec.ComponentSpec):
    """Parameters, inputs and outputs of Receipt."""

    PARAMETERS = {
        "settings": component_spec.ExecutionParameter(type=str),
        "card": component_spec.ExecutionParameter(type=str),
        "code": component_spec.ExecutionParameter(type=str),
        "lock": component_spec.ExecutionParameter(type=str),
        **{name: component_spec.ExecutionParameter(type=float, optional=True) for name in ADJUSTABLE},
        PIPELINE_PROPERTY: component_spec.ExecutionParameter(type=str, optional=True),
        RUN_PROPERTY: component_spec.ExecutionParameter(type=str, optional=True),
    }
    INPUTS = {
        "evaluation": component_spec.ChannelParameter(type=standard_artifacts.ModelEvaluation),
        "model_blessing": component_spec.ChannelParameter(type=standard_artifacts.ModelBlessing),
        "infra_blessing": component_spec.ChannelParameter(type=standard_artifacts.InfraBlessing, optional=True),
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "live": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "quarantine": component_spec.ChannelParameter(type=standard_artifacts.Examples),
    }
    # A type of TFX's own: one of ours would have to be importable under its name wherever the graph is compiled.
    OUTPUTS = {"receipt": component_spec.ChannelParameter(type=standard_artifacts.ModelEvaluation)}


class Receipt(base_component.BaseComponent):
    """Writes the receipt and the model card of every candidate, pushed or refused.

    Args:
        evaluation: What the Evaluator found, with the scores of the test split.
        model_blessing: What it said of the candidate, and which output is served.
        model: What the Trainer made.
        live: What was live.
        examples: The examples of PairedExampleGen; its counts and its fingerprint are read.
        quarantine: The pairs that were set apart; its counts are read.
        settings: The gate's settings, as `components.receipt.judge.judge` takes them.
        card: What people say of the model, as `components.model_card.model_card.make_model_card` takes it.
        bounds: Of the settings those that one run may be given otherwise, see `components.evaluator.adjust`.
        identity: Execution properties that say which run it is, where the orchestrator does not.
        infra_blessing: What ServingCheck said, where its serving is checked.
    """

    SPEC_CLASS = ReceiptSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        evaluation: types.BaseChannel,
        model_blessing: types.BaseChannel,
        model: types.BaseChannel,
        live: types.BaseChannel,
        examples: types.BaseChannel,
        quarantine: types.BaseChannel,
        settings: Mapping[str, Any],
        card: Mapping[str, Any],
        bounds: Mapping[str, float | RuntimeParameter] | None = None,
        identity: Mapping[str, str] | None = None,
        infra_blessing: types.BaseChannel | None = None,
    ):
        super().__init__(
            ReceiptSpec(
                evaluation=evaluation,
                model_blessing=model_blessing,
                infra_blessing=infra_blessing,
                model=model,
                live=live,
                examples=examples,
                quarantine=quarantine,
                settings=json.dumps(settings, sort_keys=True),
                card=json.dumps(card, sort_keys=True),
                **(bounds or {}),
                **(identity or {}),
                code=code_digest(),
                lock=lock_digest(),
                receipt=types.Channel(type=standard_artifacts.ModelEvaluation),
            )
        )
