"""Values of parameters, as the backend holds them against their types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "STRING": ((str,), "a text"),
    "NUMBER_INTEGER": ((int, float), "a number"),
    "NUMBER_DOUBLE": ((int, float), "a number"),
    "BOOLEAN": ((bool,), "true or false"),
    "LIST": ((list,), "a list"),
    "STRUCT": ((dict,), "an object"),
}


def misfit(value: Any, parameter: Mapping[str, Any]) -> str:
    """Say why a value is not of a parameter's type; empty where it is.

    Args:
        value: A value from JSON.
        parameter: The parameter's specification, with `parameterType`.

    Example:
        >>> misfit("5", {"parameterType": "NUMBER_INTEGER"})
        "must be a number, but is '5'"
    """
    kinds, said = _KINDS.get(parameter.get("parameterType", ""), ((), "of a type that is known"))
    fits = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
    return "" if fits else f"must be {said}, but is {value!r}"
