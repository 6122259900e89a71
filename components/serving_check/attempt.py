"""A failed request is itself a measurement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_SHOWN = 300
# What stands above the message itself, in an error of a graph.
_HEADING = "Graph execution error"


def attempt(measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what a function measures, or `error`: the first line of what it raised."""
    try:
        return measure()
    except Exception as error:  # TensorFlow raises a dozen types, and a fault in the graph any of them.
        return {"error": first_line(error)}


def first_line(error: Exception) -> str:
    """Return an error's type and the first line that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.startswith(_HEADING)]
    return f"{type(error).__name__}: {(lines or [''])[0][:_SHOWN]}"
