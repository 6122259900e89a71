"""Backbones of keras.applications, known by their layers' names, and the pixels that each was trained on."""

from __future__ import annotations

import dataclasses

from components.preflight.graph import Graph, Step

CAFFE = "caffe"
TF = "tf"
TORCH = "torch"
_EFFICIENTNET_V2 = "EfficientNetV2"
_NORMALIZED = "Normalization"


@dataclasses.dataclass(frozen=True)
class Family:
    """A family of architectures.

    Attributes:
        name: As in keras.applications.
        layers: Names of layers that all its members have and no other family has.
        mode: How its first convolution wants pixels: `CAFFE` (BGR, ImageNet's mean subtracted), `TF` (-1 to 1) or
            `TORCH` (ImageNet's mean subtracted, divided by its deviation).

    Reference:
        `preprocess_input` of each module of keras.applications; for families that preprocess inside the model, the
        layers before the first convolution.
    """

    name: str
    layers: tuple[str, ...]
    mode: str


FAMILIES = (
    Family("VGG", ("block1_conv1", "block1_conv2", "block5_conv3"), CAFFE),
    Family("ResNet", ("conv1_conv", "conv1_bn", "conv2_block1_1_conv", "conv2_block1_add"), CAFFE),
    Family("ResNetV2", ("conv1_conv", "conv2_block1_preact_bn", "post_bn"), TF),
    Family("DenseNet", ("conv1_conv", "conv1_bn", "conv2_block1_concat"), TORCH),
    Family("MobileNet", ("conv1", "conv1_bn", "conv_pw_1", "conv_pw_13"), TF),
    Family("MobileNetV2", ("Conv1", "bn_Conv1", "expanded_conv_depthwise", "Conv_1"), TF),
    Family("MobileNetV3", ("conv", "conv_bn", "expanded_conv_project", "conv_1"), TF),
    Family("Xception", ("block1_conv1", "block1_conv1_bn", "block14_sepconv2"), TF),
    Family("InceptionV3", ("mixed0", "mixed10"), TF),
    Family("InceptionResNetV2", ("mixed_5b", "conv_7b"), TF),
    Family("NASNet", ("stem_conv1", "stem_bn1"), TF),
    Family("EfficientNet", ("stem_conv", "block1a_dwconv", "block1a_se_reduce"), TORCH),
    # Its B members normalise as `TORCH` inside the model, where they preprocess at all.
    Family(_EFFICIENTNET_V2, ("stem_conv", "block1a_project_conv", "block4a_se_reduce"), TF),
)


@dataclasses.dataclass(frozen=True)
class Application:
    """A known backbone inside a model.

    Attributes:
        name: The nested model's name, or the family's where its layers stand in the model itself.
        family: The family.
        steps: Its steps.
        pixels: Slot that its first convolution reads, before padding.
    """

    name: str
    family: Family
    steps: tuple[Step, ...]
    pixels: int


def find_applications(graph: Graph) -> list[Application]:
    """Find known backbones, nested or with their layers in the model itself.

    Args:
        graph: The flat graph.

    Returns:
        One for each call of a backbone.
    """
    groups: dict[int, list[Step]] = {}
    for step in graph.steps:
        groups.setdefault(id(step.calls[-1]) if step.calls else 0, []).append(step)
    return [found for steps in groups.values() if (found := _known(graph, steps)) is not None]


def _known(graph: Graph, steps: list[Step]) -> Application | None:
    names = {step.operation.name for step in steps}
    for family in FAMILIES:
        if not names.issuperset(family.layers):
            continue
        first = next((step for step in steps if step.type == "Conv2D"), None)
        if first is None or first.shape[-1] is None:
            return None
        pixels = _before_padding(graph, first.inputs[0])
        if family.name == _EFFICIENTNET_V2 and pixels in graph.producer and graph.producer[pixels].type == _NORMALIZED:
            family = dataclasses.replace(family, mode=TORCH)
        name = steps[0].calls[-1].model.name if steps[0].calls else family.name
        own = steps if steps[0].calls else _connected(steps, family)
        return Application(name, family, tuple(own), pixels)
    return None


def _connected(steps: list[Step], family: Family) -> list[Step]:
    """Return the steps from the family's first named layer to its last, without what the model adds after."""
    marked = [index for index, step in enumerate(steps) if step.operation.name in family.layers]
    return steps[marked[0] : marked[-1] + 1]


def _before_padding(graph: Graph, slot: int) -> int:
    for step in graph.back(slot, frozenset({"ZeroPadding2D"})):
        if step.type == "ZeroPadding2D":
            slot = step.inputs[0]
    return slot
