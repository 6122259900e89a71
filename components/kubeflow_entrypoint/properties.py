"""Properties of artifacts, from what the backend makes of them to what TFX's readers expect. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

# As TFX marks a custom property whose name is that of a declared one.
_CUSTOM = "custom:"
_WRAPPERS = ("list", "struct")


def typed(metadata: Mapping[str, Any], schema: str) -> dict[str, dict[str, Any]]:
    """Sort an artifact's metadata into fields of KFP's RuntimeArtifact.

    The backend returns whole numbers as floats and wraps lists and objects. TFX would make a struct of every custom
    property, in which no reader of MLMD's own fields finds it.

    Args:
        metadata: The artifact's metadata as the backend returns it.
        schema: The schema of its type, in YAML.

    Returns:
        `metadata`, with what TFX converts rightly by itself: declared properties, lists, objects and truth values; and
        `customProperties`, with texts, and numbers as whole ones where they are whole.

    Example:
        >>> typed({"live_version": 3.0}, "title: tfx.Model")["customProperties"]
        {'live_version': {'intValue': 3}}

    Reference:
        kubeflow/pipelines, backend/src/v2/metadata/converter.go, StructValueToMLMDValue.
    """
    declared = (yaml.safe_load(schema) or {}).get("properties") or {}
    kept: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for key, wrapped in metadata.items():
        value = _unwrapped(wrapped)
        name = key[len(_CUSTOM) :] if key.startswith(_CUSTOM) and key[len(_CUSTOM) :] in declared else key
        if key in declared or isinstance(value, (bool, list, dict)):
            kept[key] = value
        elif value is not None:
            custom[name] = _value(value)
    return {"metadata": kept, "customProperties": custom}


def _unwrapped(value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1:
        ((name, inner),) = value.items()
        if name in _WRAPPERS:
            return inner
    return value


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"stringValue": value}
    return {"intValue": int(value)} if float(value).is_integer() else {"doubleValue": value}
