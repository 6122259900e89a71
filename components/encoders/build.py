"""Builds the encoder that a spec names. TensorFlow is imported only when an encoder is built."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from components.encoders.registry import BFLOAT16, ENCODERS, NONE
from components.encoders.spec import resolve_spec
from components.encoders.weights import encoder_fingerprint, weights_digest

if TYPE_CHECKING:
    from components.encoders.encoder import FrozenEncoder

__all__ = ["build_image_encoder", "build_text_encoder", "encoder_fingerprint", "weights_digest"]


def build_image_encoder(spec: Mapping[str, Any]) -> FrozenEncoder:
    """Builds the encoder of pictures that a spec names.

    Args:
        spec: `encoder` (a name of the registry); `weights` (`imagenet`, `package`, `random`, a path or a keras-hub
            preset, as the encoder has them); `size` in pixels; `pooling` (`avg`, `avg_max`, `flatten`); `dtype`
            (`float32`, `bfloat16`); `seed` of random weights; and `preprocessing` for `keras_file` alone.

    Returns:
        The encoder: `(batch,)` picture bytes to `(batch, width)` float32.

    Raises:
        InputError: The spec is wrong, or its weights are missing or do not fit.

    Example:
        >>> encoder = build_image_encoder({"encoder": "efficientnet_lite0", "weights": "package", "pooling": "avg"})
        >>> encoder.width
        1280
    """
    resolved = resolve_spec(spec, kind="image")
    encoder = _build(resolved)
    if resolved.get("dtype") == BFLOAT16:
        encoder.compute_in(BFLOAT16)
    return encoder


def build_text_encoder(spec: Mapping[str, Any]) -> FrozenEncoder | None:
    """Builds the encoder of texts that a spec names.

    Args:
        spec: `encoder` (a name of the registry, or `none`); `weights` (`package`, the path of a folder, or a keras-hub
            preset); `max_tokens` of a text, the rest is cut off; `pooling` of a preset; `width` of a given vector.

    Returns:
        The encoder: `(batch,)` texts to `(batch, width)` float32. None for `none`; a `GivenVector`, which cannot be
        called, for `given`.

    Raises:
        InputError: The spec is wrong, or its weights are missing or do not fit.

    Example:
        >>> build_text_encoder({"encoder": "minilm", "weights": "package", "max_tokens": 64}).width
        384
    """
    resolved = resolve_spec(spec, kind="text")
    return None if resolved["encoder"] == NONE else _build(resolved)


def _build(resolved: Mapping[str, Any]) -> Any:
    module = importlib.import_module(ENCODERS[resolved["encoder"]].module)
    return module.build(resolved, encoder_fingerprint(resolved))
