"""Pusher: TFX's component with our executor."""

from __future__ import annotations

from tfx.components.pusher import component as tfx_pusher
from tfx.dsl.components.base import executor_spec

from components.pusher.executor import Executor


class Pusher(tfx_pusher.Pusher):
    """TFX's Pusher; a version appears whole, with a record in the registry, and is not pushed twice."""

    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)
