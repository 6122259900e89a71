"""Read a configuration file, lay it over its preset, apply overrides, and validate all of it at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from components.encoders.spec import resolve_spec
from components.errors import ConfigError, InputError
from pipeline.config import Config
from pipeline.presets import PRESETS


def load_config(path: Path, overrides: Sequence[str] = ()) -> Config:
    """Load a configuration.

    Args:
        path: A YAML file. Relative paths in it are relative to the working directory.
        overrides: `section.key=value` texts, the values in YAML; they win over the file.

    Raises:
        ConfigError: With every fault of the file and of the overrides.

    Example:
        >>> load_config(Path("configs/lite.yaml"), ["train.epochs=5"])  # doctest: +SKIP
    """
    if not path.is_file():
        raise ConfigError(str(path), [f"the file must exist. Received: {path}. Give the path of a YAML file"])
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), [f"the file must be YAML in UTF-8. Received: {error}"]) from error
    if not isinstance(raw, dict):
        raise ConfigError(str(path), [f"the file must hold keys and values. Received: {type(raw).__name__}"])
    faults: list[str] = []
    for override in overrides:
        _apply(raw, override, faults)
    preset = raw.get("preset")
    merged = _merge(PRESETS.get(preset, {}) if isinstance(preset, str) else {}, raw)
    config: Config | None = None
    try:
        config = Config.model_validate(merged)
    except ValidationError as error:
        faults += [_fault(item) for item in error.errors()]
    if config is not None:
        faults += _encoder_faults(config)
    if config is None or faults:
        raise ConfigError(str(path), faults)
    return config


def _encoder_faults(config: Config) -> list[str]:
    """Check the encoders' names and options by their registry."""
    faults = []
    for section, spec in (("image", config.image_spec()), ("text", config.text_spec())):
        try:
            resolve_spec(spec, kind=section)
        except InputError as error:
            faults.append(f"{section}: {error}")
    return faults


def _apply(raw: dict[str, Any], override: str, faults: list[str]) -> None:
    key, equals, value = override.partition("=")
    if not equals or not key.strip():
        faults.append(f"--set takes section.key=value. Received: {override!r}")
        return
    *sections, last = key.strip().split(".")
    node = raw
    for section in sections:
        inner = node.setdefault(section, {})
        if not isinstance(inner, dict):
            faults.append(f"--set {key}: {section} is a value, not a section. Received: {inner!r}")
            return
        node = inner
    try:
        node[last] = yaml.safe_load(value)
    except yaml.YAMLError as error:
        faults.append(f"--set {key}: the value must be YAML. Received: {value!r} ({error})")


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        inner = merged.get(key)
        merged[key] = _merge(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged


def _fault(item: Any) -> str:
    """One line for one of pydantic's findings: key, rule, what was received, nearest valid name."""
    key = ".".join(str(part) for part in item["loc"]) or "(whole file)"
    if item["type"] == "extra_forbidden":
        names = list(_section_of(item["loc"]).model_fields)
        near = difflib.get_close_matches(str(item["loc"][-1]), names, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Valid here: {', '.join(names)}"
        return f"{key}: no such key. Received: {item['input']!r}. {hint}"
    if item["type"] == "missing":
        return f"{key}: must be given. Received: nothing"
    return f"{key}: {item['msg']}. Received: {item['input']!r}"


def _section_of(loc: Sequence[str | int]) -> type[BaseModel]:
    section: type[BaseModel] = Config
    for part in loc[:-1]:
        field = section.model_fields.get(str(part))
        if field is None or not isinstance(field.annotation, type) or not issubclass(field.annotation, BaseModel):
            break
        section = field.annotation
    return section
