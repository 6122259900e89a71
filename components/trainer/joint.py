"""Fusion heads that are trained jointly with their branches: `concat`, `gated` and `bilinear`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from components import keys
from components.trainer.branches import Widths, image_layers, token_layers
from components.trainer.layers import ModalityDropout
from components.trainer.training.binding import LOGIT

IMAGE_LOGIT = "image_logit"
TEXT_LOGIT = "text_logit"


def build_joint(head: str, spec: Mapping[str, Any], widths: Widths) -> keras.Model:
    """Build a model that sees both halves.

    Each half is projected to the same width and normalised, so that neither drowns the other; in training a half may be
    blanked (modality dropout), and an auxiliary head on each half keeps it learning when the other is easier.

    Args:
        head: `concat`; `gated`, a learnt mixture of the halves; `bilinear`, with the product of the projections.
        spec: Sections `image_branch`, `text_branch` and `train` of the configuration.
        widths: Sizes that the data decides.

    Returns:
        A model from a dict of inputs (`image_features` and, as the text's branches are, `sentence_features`,
        `lexical_vector`, `tokens`) to a dict of logits, float32 (batch, 1): `logit`, `image_logit` and `text_logit`.

    Reference:
        `gated`: Arevalo et al. 2017, "Gated Multimodal Units for Information Fusion". `bilinear`: Kim et al. 2017,
        "Hadamard Product for Low-rank Bilinear Pooling". Auxiliary heads: Wang et al. 2020, "What makes training
        multi-modal classification networks hard?".
    """
    width = spec["train"]["width"]
    inputs = {keys.IMAGE_FEATURES: keras.Input((widths.image,), name=keys.IMAGE_FEATURES)}
    image = _project(image_layers(spec["image_branch"], inputs[keys.IMAGE_FEATURES]), "image", width)
    blocks = []
    for kind in spec["text_branch"]["kinds"]:
        blocks.append(_text_block(kind, spec["text_branch"], inputs, widths))
    text = _project(blocks[0] if len(blocks) == 1 else keras.layers.Concatenate(name="text")(blocks), "text", width)
    auxiliary = {
        IMAGE_LOGIT: keras.layers.Dense(1, name=IMAGE_LOGIT)(image),
        TEXT_LOGIT: keras.layers.Dense(1, name=TEXT_LOGIT)(text),
    }
    image, text = ModalityDropout(spec["train"]["modality_dropout"], name="fusion_dropout")(image, text)
    logit = keras.layers.Dense(1, name="fusion_logit")(_FUSE[head](image, text, width))
    return keras.Model(inputs, {LOGIT: logit, **auxiliary}, name=head)


def _text_block(kind: str, spec: Mapping[str, Any], inputs: dict[str, Any], widths: Widths) -> keras.KerasTensor:
    if kind in keys.TOKEN_KINDS:
        if keys.TOKENS not in inputs:
            inputs[keys.TOKENS] = keras.Input((widths.tokens,), dtype="int64", name=keys.TOKENS)
        return token_layers(kind, spec, inputs[keys.TOKENS], widths)
    name, width = {
        keys.SENTENCE: (keys.SENTENCE_FEATURES, widths.sentence),
        keys.LEXICAL: (keys.LEXICAL_VECTOR, widths.lexical),
    }[kind]
    inputs[name] = keras.Input((width,), name=name)
    # To one scale: the condensed n-grams have length 1, the sentence features are standardised.
    scaled = keras.layers.LayerNormalization(name=f"text_{kind}_scale")(inputs[name])
    return keras.layers.Dropout(spec["dropout"], name=f"text_{kind}_dropout")(scaled)


def _project(features: keras.KerasTensor, half: str, width: int) -> keras.KerasTensor:
    projected = keras.layers.Dense(width, name=f"{half}_projection")(features)
    return keras.layers.LayerNormalization(name=f"{half}_length")(projected)


def _concat(image: keras.KerasTensor, text: keras.KerasTensor, width: int) -> keras.KerasTensor:
    both = keras.layers.Concatenate(name="fusion_concat")([image, text])
    return keras.layers.Dense(width, "relu", name="fusion_dense")(both)


def _gated(image: keras.KerasTensor, text: keras.KerasTensor, width: int) -> keras.KerasTensor:
    both = keras.layers.Concatenate(name="fusion_both")([image, text])
    gate = keras.layers.Dense(width, "sigmoid", name="fusion_gate")(both)
    image = keras.layers.Activation("tanh", name="fusion_image")(image)
    text = keras.layers.Activation("tanh", name="fusion_text")(text)
    difference = keras.layers.Subtract(name="fusion_difference")([image, text])
    return keras.layers.Add(name="fusion_mixture")(
        [text, keras.layers.Multiply(name="fusion_share")([gate, difference])]
    )


def _bilinear(image: keras.KerasTensor, text: keras.KerasTensor, width: int) -> keras.KerasTensor:
    product = keras.layers.Multiply(name="fusion_product")([image, text])
    return keras.layers.Concatenate(name="fusion_concat")([image, text, product])


_FUSE = {"concat": _concat, "gated": _gated, "bilinear": _bilinear}
