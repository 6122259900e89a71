"""Write into a compiled specification what TFX's compiler leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pipeline.kubeflow.runtime_parameters import DESCRIPTIONS
from pipeline.kubeflow_config import NEVER_CACHED, KubeflowConfig, Resources

_Setting = TypeVar("_Setting")
_DEFAULT = "default"


def finish_spec(
    spec: dict[str, Any],
    config: KubeflowConfig,
    defaults: Mapping[str, Any],
    variables: Mapping[str, Mapping[str, str]],
) -> None:
    """Set the parameters' defaults, and of each node the caching, retries, environment and resources.

    TFX drops the defaults of runtime parameters, has one switch of the cache for the whole pipeline, and knows neither
    retries nor environment.

    Args:
        spec: KFP's PipelineSpec in JSON, which is changed.
        config: The configuration's section.
        defaults: A value for each of the pipeline's parameters.
        variables: What single nodes find in their environment, unless the configuration says otherwise.
    """
    for name, parameter in spec["root"]["inputDefinitions"]["parameters"].items():
        parameter |= {"defaultValue": defaults[name], "description": DESCRIPTIONS[name]}
    executors = spec["deploymentSpec"]["executors"]
    for name, task in spec["root"]["dag"]["tasks"].items():
        cached = name not in NEVER_CACHED and _of(config.cache, name, True)
        task["cachingOptions"] = {"enableCache": True} if cached else {}
        retries = _of(config.retries, name, 0)
        if retries:
            task["retryPolicy"] = {
                "maxRetryCount": retries,
                "backoffDuration": f"{config.backoff_s}s",
                "backoffFactor": 2.0,
            }
        container = executors[spec["components"][name]["executorLabel"]]["container"]
        if environment := {**variables.get(name, {}), **config.env}:
            container["env"] = [{"name": key, "value": value} for key, value in sorted(environment.items())]
        resources = _resources(_of(config.resources, name, Resources()))
        if resources:
            container["resources"] = resources
    if config.pipeline_root is not None:
        spec["defaultPipelineRoot"] = config.pipeline_root


def _of(settings: Mapping[Any, _Setting], node: str, otherwise: _Setting) -> _Setting:
    return settings.get(node, settings.get(_DEFAULT, otherwise))


def _resources(resources: Resources) -> dict[str, Any]:
    """The fields that every version of the backend reads; newer ones have texts beside them."""
    found: dict[str, Any] = {}
    if resources.cpu is not None:
        found |= {"cpuLimit": resources.cpu, "cpuRequest": resources.cpu}
    if resources.memory_gb is not None:
        found |= {"memoryLimit": resources.memory_gb, "memoryRequest": resources.memory_gb}
    if resources.accelerator is not None:
        # A 64-bit number is a text in JSON.
        found["accelerator"] = {"type": resources.accelerator, "count": str(resources.accelerators)}
    return found
