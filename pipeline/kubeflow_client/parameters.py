"""Parameters of a run, checked against what the compiled pipeline takes before anything is sent."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Callable, Sequence
from typing import Any

from components.errors import ConfigError
from pipeline.kubeflow_client.pipeline_file import PipelineFile


def check_parameters(compiled: PipelineFile, given: Sequence[str]) -> dict[str, Any]:
    """Return the values of a run's parameters in the types that the pipeline declares.

    Args:
        compiled: The pipeline.
        given: `name=value` texts; lists and structures are in JSON.

    Raises:
        ConfigError: With every fault: unknown, given twice, of a wrong type, or missing.

    Example:
        >>> check_parameters(compiled, ["span=7", "epochs=20"])  # doctest: +SKIP
        {'span': '7', 'epochs': 20}
    """
    values: dict[str, Any] = {}
    faults: list[str] = []
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            faults.append(f"--param takes name=value. Received: {text!r}")
        elif name in values:
            faults.append(f"{name}: must be given once. Received: {value!r} after {values[name]!r}")
        elif name not in compiled.parameters:
            faults.append(_unknown(name, value, list(compiled.parameters)))
        else:
            values[name] = _parse(name, value, compiled.parameters[name], faults)
    for name, definition in compiled.parameters.items():
        if name not in values and "defaultValue" not in definition and not definition.get("isOptional"):
            faults.append(f"{name}: must be given, it has no default. Received: nothing. Add --param {name}=…")
    if faults:
        raise ConfigError(f"parameters of {compiled.path}", faults)
    return values


def _unknown(name: str, value: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Valid here: {', '.join(names) or 'none'}"
    return f"{name}: the pipeline has no such parameter. Received: {value!r}. {hint}"


def _parse(name: str, value: str, definition: dict[str, Any], faults: list[str]) -> Any:
    kind = str(definition.get("parameterType", "STRING"))
    rule, parse = _KINDS.get(kind, _KINDS["STRING"])
    try:
        return parse(value)
    except ValueError:
        faults.append(f"{name}: must be {rule}. Received: {value!r}")
        return None


def _finite(value: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _boolean(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError(value)
    return value == "true"


def _json_of(kind: type) -> Callable[[str], Any]:
    def parse(value: str) -> Any:
        found = json.loads(value)
        if not isinstance(found, kind):
            raise ValueError(value)
        return found

    return parse


_KINDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "STRING": ("a text", str),
    "NUMBER_INTEGER": ("a whole number", int),
    "NUMBER_DOUBLE": ("a finite number", _finite),
    "BOOLEAN": ("true or false", _boolean),
    "LIST": ("a list in JSON", _json_of(list)),
    "STRUCT": ("an object in JSON", _json_of(dict)),
}
