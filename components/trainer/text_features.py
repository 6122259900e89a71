"""The text's features that the interaction head compares."""

from __future__ import annotations

from collections.abc import Mapping

import keras
import numpy as np

from components import keys
from components.trainer.parts import Part

_FROZEN = {keys.SENTENCE: keys.SENTENCE_FEATURES, keys.LEXICAL: keys.LEXICAL_VECTOR}


def build_text_features(part: Part, widths: Mapping[str, int]) -> keras.Model:
    """Build the model that lays a text's features side by side, each block of length 1 over the root of their number.

    Its dot product is then the mean of the blocks' cosines.

    Args:
        part: The text part; of its trained branches the last hidden layer is taken.
        widths: Width of the frozen blocks by name.

    Returns:
        From a dict of features to a dict of `text_features`, float32 (batch, width).
    """
    inputs, blocks = {}, []
    for branch in part.branches:
        if branch.kind in _FROZEN:
            name = _FROZEN[branch.kind]
            inputs[name] = keras.Input((widths[name],), name=name)
            block = inputs[name]
        else:
            hidden = keras.Model(branch.model.input, branch.model.layers[-1].input, name=f"{branch.kind}_hidden")
            for name, tensor in branch.model.input.items():
                if name not in inputs:
                    inputs[name] = keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name)
            block = hidden({name: inputs[name] for name in branch.model.input})
        blocks.append(keras.layers.UnitNormalization(name=f"{branch.kind}_length")(block))
    joined = blocks[0] if len(blocks) == 1 else keras.layers.Concatenate(name="blocks")(blocks)
    scaled = keras.layers.Rescaling(1 / np.sqrt(len(blocks)), name="scale")(joined)
    return keras.Model(inputs, {keys.TEXT_FEATURES: scaled}, name=keys.TEXT_FEATURES)
