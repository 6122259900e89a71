"""Report: writes the run's page from what the other nodes have left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.code_digest import code_digest
from pipeline.adjustable import Adjustable
from pipeline.config import Config
from pipeline.kubeflow.report.executor import CONFIG_PROPERTY, RUN_PROPERTY, STARTED_PROPERTY, Executor
from pipeline.kubeflow.report.sources import SOURCES

_TYPES = {
    "examples": standard_artifacts.Examples,
    "quarantine": standard_artifacts.Examples,
    "findings": standard_artifacts.ExampleAnomalies,
    "featured_examples": standard_artifacts.Examples,
    "model": standard_artifacts.Model,
    "evaluation": standard_artifacts.ModelEvaluation,
    "blessing": standard_artifacts.ModelBlessing,
    "receipt": standard_artifacts.ModelEvaluation,
    "pushed_model": standard_artifacts.PushedModel,
}


class ReportSpec(component_spec.ComponentSpec):
    """Parameters, inputs and output of Report."""

    PARAMETERS = {
        CONFIG_PROPERTY: component_spec.ExecutionParameter(type=str),
        RUN_PROPERTY: component_spec.ExecutionParameter(type=str),
        STARTED_PROPERTY: component_spec.ExecutionParameter(type=str),
        "code": component_spec.ExecutionParameter(type=str),
        **{name: component_spec.ExecutionParameter(type=str) for name in ("data_root", "span", "push_to")},
        **{name: component_spec.ExecutionParameter(type=int) for name in ("window", "epochs")},
        **{
            name: component_spec.ExecutionParameter(type=float, optional=True)
            for name in ("min_gain", "min_auc", "max_drop")
        },
    }
    INPUTS = {name: component_spec.ChannelParameter(type=_TYPES[name]) for name in SOURCES}
    # A type of TFX's own: one of ours would have to be importable under its name wherever the graph is compiled.
    OUTPUTS = {"report": component_spec.ChannelParameter(type=standard_artifacts.ModelEvaluation)}


class Report(base_component.BaseComponent):
    """Emits the page that a local run writes when it has ended, with the receipt beside it.

    Args:
        components: The graph's other components.
        config: The configuration as it is in the containers.
        adjustable: What the operator may change; it is laid over the configuration.
        run_id: The run's id, or what the backend replaces by it.
        started: When the run started, in ISO 8601, or what the backend replaces by it.
    """

    SPEC_CLASS = ReportSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        components: Sequence[base_component.BaseComponent],
        config: Config,
        adjustable: Adjustable,
        run_id: str,
        started: str,
    ):
        outputs: dict[str, Any] = {component.id: component.outputs for component in components}
        super().__init__(
            ReportSpec(
                **{name: outputs[node][key] for name, (node, key) in SOURCES.items()},
                **adjustable.plain(),
                config=config.model_dump_json(),
                run_id=run_id,
                started=started,
                code=code_digest(),
                report=types.Channel(type=standard_artifacts.ModelEvaluation),
            )
        )
