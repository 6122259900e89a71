"""Write the reference of the configuration from its own models: `python -m pipeline.config_reference`."""

from __future__ import annotations

import re
import types
import typing
from pathlib import Path

import yaml
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from pipeline.config import Config, Server, Sqlite
from pipeline.presets import PRESETS

PAGE = Path(__file__).parents[1] / "docs" / "config.md"
BEGIN, END = "<!-- reference: begin -->", "<!-- reference: end -->"


def config_reference() -> str:
    """Return Markdown tables of every key with its type, default and meaning, and the presets."""
    parts = [_table("Top level", "", Config)]
    parts += [
        _table(f"`{name}`", f"{name}.", section)
        for name, field in Config.model_fields.items()
        if (section := _section(field.annotation)) is not None
    ]
    parts.append(_table("`mlmd` of kind `sqlite`", "mlmd.", Sqlite))
    parts.append(_table("`mlmd` of kind `mysql` or `postgresql`", "mlmd.", Server))
    parts += [
        f"### Preset `{name}`\n\n```yaml\n{yaml.safe_dump(preset, sort_keys=False)}```\n"
        for name, preset in PRESETS.items()
    ]
    return "\n".join(parts)


def _table(title: str, prefix: str, section: type[BaseModel]) -> str:
    head = f"### {title}\n\n{section.__doc__}\n\n| key | type | default | meaning |\n|---|---|---|---|"
    return "\n".join([head, *_rows(prefix, section)]) + "\n"


def _rows(prefix: str, section: type[BaseModel]) -> list[str]:
    """One row a key; sections within a section follow in place, those of the top level have tables of their own."""
    rows = []
    for name, field in section.model_fields.items():
        inner = _section(field.annotation)
        if inner is not None:
            rows += _rows(f"{prefix}{name}.", inner) if prefix else []
            continue
        key = f"{prefix}{name}"
        default = _default(key) if field.default is PydanticUndefined else f"`{_plain(field.default)}`"
        rows.append(f"| `{key}` | {_type(field.annotation)} | {default} | {field.description} |")
    return rows


def _default(key: str) -> str:
    """Say where the value of a key without a default comes from."""
    section, _, name = key.partition(".")
    return "the preset's" if all(name in preset.get(section, {}) for preset in PRESETS.values()) else "must be given"


def _section(annotation: object) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _plain(default: object) -> str:
    """Write a default as YAML does, on one line."""
    parts = default if isinstance(default, tuple) else (default,)
    values = [
        each.model_dump(mode="json", exclude_none=True) if isinstance(each, BaseModel) else each for each in parts
    ]
    value = values if isinstance(default, tuple) else values[0]
    return yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix("...\n").strip()


def _type(annotation: object) -> str:
    """Name a type in words that a writer of YAML knows."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _type(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) is typing.Literal:
        return " or ".join(f"`{value}`" for value in typing.get_args(annotation))
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(_type(part) for part in typing.get_args(annotation)))
    if typing.get_origin(annotation) is tuple:
        return f"list of {_type(typing.get_args(annotation)[0])}"
    if typing.get_origin(annotation) is dict:
        return f"{_type(typing.get_args(annotation)[1])} by name"
    names = {int: "whole number", float: "number", str: "text", bool: "true or false", Path: "path", type(None): "null"}
    return names.get(annotation, "section")  # type: ignore[call-overload]


def main() -> None:
    """Rewrite the reference in `docs/config.md`."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(
        re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{config_reference()}{END}", page, flags=re.DOTALL),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
