"""JSON into kfp-server-api's own models and back, with no field that they do not know."""

from __future__ import annotations

import json
import re
import types
from typing import Any

import kfp_server_api

API = kfp_server_api.ApiClient()


def read(data: Any, kind: str) -> Any:
    """Return a model of a kind from parsed JSON; a field that the model does not know is a ValueError."""
    _refuse_unknown(data, kind)
    return API.deserialize(types.SimpleNamespace(data=json.dumps(data)), kind)


def write(model: Any) -> Any:
    """Return what is sent of a model."""
    return API.sanitize_for_serialization(model)


def _refuse_unknown(data: Any, kind: str) -> None:
    many = re.match(r"list\[(.*)\]", kind)
    if many:
        for each in data:
            _refuse_unknown(each, many.group(1))
        return
    fields = getattr(getattr(kfp_server_api.models, kind, None), "openapi_types", None)
    if not fields:
        return
    names = getattr(kfp_server_api.models, kind).attribute_map
    unknown = set(data) - set(names.values())
    if unknown:
        raise ValueError(f"{kind} has no field {sorted(unknown)}")
    for attribute, inner in fields.items():
        if data.get(names[attribute]) is not None:
            _refuse_unknown(data[names[attribute]], inner)
