"""Evaluator: TFX's component with our executor."""

from __future__ import annotations

from tfx.components.evaluator import component as tfx_evaluator
from tfx.dsl.components.base import executor_spec

from components.evaluator.executor import Executor


class Evaluator(tfx_evaluator.Evaluator):
    """TFX's Evaluator; a baseline that stands for "nothing is live yet" is dropped before TFMA sees it."""

    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)
