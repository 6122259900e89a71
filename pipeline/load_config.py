"""Read a configuration file, lay it over its preset, apply overrides, and validate all of it at once."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from components.encoders.spec import resolve_spec
from components.errors import ConfigError, InputError
from pipeline.config import Config
from pipeline.presets import PRESETS

# As pydantic marks a fault of a name in a mapping.
_KEY = "[key]"


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
    # Under an unknown preset any will do: what presets give must not be reported as missing.
    base = PRESETS.get(str(raw.get("preset")), next(iter(PRESETS.values())))
    merged = _merge(base, raw)
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
    if "sentence" in config.text_branch.kinds and config.text.encoder == "none":
        faults.append(
            "text_branch.kinds: `sentence` needs a frozen text encoder. Received: text.encoder none. "
            "Set text.encoder, as minilm, or leave `sentence` out"
        )
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
    parts, section = _place(item["loc"])
    key = ".".join(parts) or "(whole file)"
    received = "(not shown)" if "password" in key else repr(item["input"])
    if item["type"] == "extra_forbidden":
        names = list(section.model_fields)
        near = difflib.get_close_matches(parts[-1], names, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Valid here: {', '.join(names)}"
        return f"{key}: no such key. Received: {received}. {hint}"
    if item["type"] == "missing":
        return f"{key}: must be given. Received: nothing"
    if item["type"] == "union_tag_not_found":
        return f"{key}.kind: must be given. Received: nothing"
    if item["type"] == "union_tag_invalid":
        return f"{key}.kind: must be one of {item['ctx']['expected_tags']}. Received: {item['ctx']['tag']!r}"
    return f"{key}: {item['msg']}. Received: {received}"


def _place(loc: Sequence[str | int]) -> tuple[list[str], type[BaseModel]]:
    """Return the key that a location names, without pydantic's names of a union's members, and the section it is in."""
    key: list[str] = []
    section: type[BaseModel] | None = Config
    element: type[BaseModel] | None = None
    named = False
    holder: type[BaseModel] = Config
    kinds: dict[str, type[BaseModel]] = {}
    for part in loc:
        if part == _KEY:
            # The name itself is wrong, not what stands under it.
            section = None
        elif part in kinds:
            section, kinds = kinds[str(part)], {}
        elif section is not None:
            holder, field = section, section.model_fields.get(str(part))
            key.append(str(part))
            section = _section(field.annotation) if field is not None else None
            kinds = _kinds(field.annotation) if field is not None else {}
            element = _element(field.annotation) if field is not None else None
            named = field is not None and typing.get_origin(field.annotation) is dict
        elif named or isinstance(part, int):
            key.append(str(part))
            section, element, named = element, None, False
    return key, holder


def _section(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _element(annotation: Any) -> type[BaseModel] | None:
    """Return the section that each item of a list, or each value by name, is."""
    if typing.get_origin(annotation) not in (dict, tuple):
        return None
    return next((section for part in typing.get_args(annotation) if (section := _section(part)) is not None), None)


def _kinds(annotation: Any) -> dict[str, type[BaseModel]]:
    """Return the sections that a union's `kind` chooses among."""
    members = [section for member in typing.get_args(annotation) if (section := _section(member)) is not None]
    members = [member for member in members if "kind" in member.model_fields]
    return {kind: member for member in members for kind in typing.get_args(member.model_fields["kind"].annotation)}
