"""Checks the spec of an encoder and fills in its defaults, without TensorFlow."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from components.encoders.registry import (
    DTYPES,
    ENCODERS,
    IMAGENET,
    MODES,
    NONE,
    PACKAGE,
    POOLINGS,
    RANDOM,
    REQUIRED,
    EncoderEntry,
)
from components.errors import InputError
from components.pairs.limits import MAX_VECTOR_WIDTH


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


_Rule = tuple[Callable[[Any], bool], str]

_RULES: dict[str, _Rule] = {
    "size": (_whole(32, 1024), "a whole number of pixels from 32 to 1024"),
    "seed": (_whole(0, 2**32 - 1), "a whole number from 0 to 4294967295"),
    "dtype": (DTYPES.__contains__, f"one of {', '.join(DTYPES)}"),
    "preprocessing": (MODES.__contains__, f"one of {', '.join(MODES)}, as the backbone was trained with"),
    "max_tokens": (_whole(3, 512), "a whole number of tokens from 3 to 512"),
    "width": (_whole(1, MAX_VECTOR_WIDTH), f"a whole number from 1 to {MAX_VECTOR_WIDTH}"),
}


def _rule(kind: str, key: str) -> _Rule:
    if key == "pooling":
        return POOLINGS[kind].__contains__, f"one of {', '.join(POOLINGS[kind])}"
    return _RULES[key]


def resolve_spec(spec: Mapping[str, Any], kind: str | None = None) -> dict[str, Any]:
    """Checks a spec and completes it.

    Args:
        spec: `encoder`, `weights` and the encoder's own keys; a key that is None counts as not given.
        kind: `image` or `text` where only such an encoder will do.

    Returns:
        The spec with every key that its encoder has; of the text encoder `none`, that key alone.

    Raises:
        InputError: A name, key or value that the encoder does not have.

    Example:
        >>> resolve_spec({"encoder": "minilm"})
        {'encoder': 'minilm', 'weights': 'package', 'max_tokens': 128, 'pooling': 'mean_l2'}
    """
    given = {key: value for key, value in spec.items() if value is not None}
    name = given.pop("encoder", None)
    if name == NONE and kind != "image":
        return {"encoder": NONE}
    names = [known for known, entry in ENCODERS.items() if kind in (None, entry.kind)]
    if name not in names:
        if kind != "image":
            names.append(NONE)
        raise InputError(f"encoder: must be one of {', '.join(names)}. Received: {name!r}. {_nearest(name, names)}")
    entry = ENCODERS[name]
    weights = given.pop("weights", entry.weights[0] if entry.weights else None)
    _check_weights(name, entry, weights)
    return {"encoder": name, "weights": weights, **_options(name, entry, given), **entry.fixed}


def _options(name: str, entry: EncoderEntry, given: Mapping[str, Any]) -> dict[str, Any]:
    settled = {key: value for key, value in given.items() if key in entry.fixed}
    for key, value in settled.items():
        if value != entry.fixed[key]:
            raise InputError(f"{name}: {key} is {entry.fixed[key]!r}. Received: {value!r}. Leave {key} out.")
    options = {**entry.options, **{key: value for key, value in given.items() if key not in settled}}
    for key in options.keys() - entry.options.keys():
        keys = ["encoder", "weights", *entry.options]
        raise InputError(f"{name}: takes {', '.join(keys)}. Received: key {key!r}. {_nearest(key, keys)}")
    for key, value in options.items():
        fits, rule = _rule(entry.kind, key)
        if value == REQUIRED or not fits(value):
            received = "nothing" if value == REQUIRED else repr(value)
            raise InputError(f"{name}: {key} must be {rule}. Received: {received}. Set {key} to such a value.")
    return options


def _check_weights(name: str, entry: EncoderEntry, weights: Any) -> None:
    if weights in entry.weights:
        return
    if isinstance(weights, str) and weights and _takes(entry, weights):
        return
    rule = " or ".join([*(f"{word!r}" for word in entry.weights), *_places(entry)])
    hint = _nearest(weights, entry.weights) if entry.weights else "Name what holds the backbone."
    if isinstance(weights, str) and weights.endswith(".keras"):
        hint = "A whole .keras model is read by encoder: keras_file."
    raise InputError(f"{name}: weights must be {rule}. Received: {weights!r}. {hint}")


def _takes(entry: EncoderEntry, weights: str) -> bool:
    """Whether a text that is none of the encoder's words may be a path, or the name of a preset."""
    if entry.endings:
        return weights.endswith(entry.endings)
    return weights not in (PACKAGE, IMAGENET, RANDOM) and (entry.preset or entry.package is not None)


def _places(entry: EncoderEntry) -> list[str]:
    if entry.endings:
        return [f"a path that ends in {', '.join(entry.endings)}"]
    if entry.preset:
        return ["a keras-hub preset (its name, its handle as hf://…, or its folder)"]
    return ["the path of a folder"] if entry.package else []


def _nearest(value: Any, names: Iterable[str]) -> str:
    return f"Did you mean {difflib.get_close_matches(str(value), list(names), n=1, cutoff=0)[0]!r}?"
