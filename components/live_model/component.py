"""LiveModel: emits what is live now, from the registry, as a Model artifact."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.orchestration.data_types import RuntimeParameter
from tfx.types import component_spec, standard_artifacts

from components.live_model.executor import Executor


class LiveModelSpec(component_spec.ComponentSpec):
    """Parameters and outputs of LiveModel."""

    PARAMETERS = {
        "destination": component_spec.ExecutionParameter(type=str),
        "registry_fingerprint": component_spec.ExecutionParameter(type=str),
    }
    INPUTS: dict[str, component_spec.ChannelParameter] = {}
    OUTPUTS = {"model": component_spec.ChannelParameter(type=standard_artifacts.Model)}


class LiveModel(base_component.BaseComponent):
    """Reads the registry at the start of a run, in place of TFX's Resolver nodes.

    Args:
        destination: The push destination.
        registry_fingerprint: What `registry_fingerprint(destination)` says when the run starts; a new one is a new
            execution, so TFX's cache never serves a stale model. Empty where it is not known before the run, which
            must then not be served from a cache.
    """

    SPEC_CLASS = LiveModelSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(self, destination: str | RuntimeParameter, registry_fingerprint: str):
        super().__init__(
            LiveModelSpec(
                destination=destination,
                registry_fingerprint=registry_fingerprint,
                model=types.Channel(type=standard_artifacts.Model),
            )
        )
