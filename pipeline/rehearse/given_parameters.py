"""The parameters of one run: what is given on the command line, and defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from components.errors import ConfigError
from pipeline.kubeflow.values import misfit


def given_parameters(declared: Mapping[str, Mapping[str, Any]], given: Sequence[str]) -> dict[str, Any]:
    """Return the value of each of a pipeline's parameters.

    Args:
        declared: The parameters' specifications by name.
        given: `name=value` texts; the values of parameters that are no texts are JSON.

    Raises:
        ConfigError: With every parameter that is unknown, of another type, or without a value.

    Example:
        >>> given_parameters({"epochs": {"parameterType": "NUMBER_INTEGER", "defaultValue": 60}}, ["epochs=5"])
        {'epochs': 5}

    Reference:
        kubeflow/pipelines, backend/src/apiserver/template/v2_template.go, validatePipelineJobInputs.
    """
    faults: list[str] = []
    values = {name: each["defaultValue"] for name, each in declared.items() if "defaultValue" in each}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in declared:
            faults.append(f"{name}: must be one of {', '.join(sorted(declared)) or 'none'}. Received: {text!r}")
            continue
        values[name] = _value(value, declared[name])
        if fault := misfit(values[name], declared[name]):
            faults.append(f"{name}: {fault}")
    faults += [
        f"{name}: must be given. Received: nothing"
        for name, each in declared.items()
        if name not in values and not each.get("isOptional")
    ]
    if faults:
        raise ConfigError("--param", faults)
    return values


def _value(text: str, declared: Mapping[str, Any]) -> Any:
    if declared.get("parameterType") == "STRING":
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
