"""The API's filter for lists."""

from __future__ import annotations

import json


def equals(key: str, value: str) -> str:
    """Return a filter that lets through what has a text in a field.

    Args:
        key: The field's name in the API, as `display_name`.
        value: The text.

    Reference:
        https://github.com/kubeflow/pipelines/blob/master/backend/api/v2beta1/filter.proto
    """
    return json.dumps({"predicates": [{"operation": "EQUALS", "key": key, "stringValue": value}]})
