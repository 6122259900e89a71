"""Render a template as one HTML page that needs nothing else, neither network nor scripts."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

NOTHING = "–"
_NONE: Mapping[str, Callable[[Any], str]] = types.MappingProxyType({})


def render_page(template: Path, filters: Mapping[str, Callable[[Any], str]] = _NONE, **values: Any) -> str:
    """Render a template; every value is escaped, and a name that it lacks is an error.

    Args:
        template: A Jinja2 template; it may include `style.css`, and has the filters `number`, `signed` and `count`.
        filters: Further filters.
        values: What it shows.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([template.parent, Path(__file__).parent]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=number, signed=signed, count=count, **filters)
    return environment.get_template(template.name).render(**values)


def number(value: float | None) -> str:
    """Write a figure with three decimals, or a dash."""
    if value is None or math.isnan(value):
        return NOTHING
    return f"{value:.1e}" if 0 < abs(value) < 0.001 else f"{value:.3f}"


def signed(value: float | None) -> str:
    """Write a difference with its sign."""
    # A true minus sign is as wide as the plus, so that columns align.
    return NOTHING if value is None or math.isnan(value) else f"{value:+.3f}".replace("-", "−")


def count(value: int) -> str:
    """Write a whole number with its thousands set apart."""
    return f"{value:,}"
