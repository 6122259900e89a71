"""One Keras model of all that was fitted: from Transform's features to the logits of every output."""

from __future__ import annotations

import keras
import numpy as np

from components import keys
from components.trainer.heads import Head, Late, Tensors
from components.trainer.parts import Part
from components.trainer.stack import Stack


def assemble(features: keras.Model, late: Late, head: Head) -> keras.Model:
    """Connect features, branches, stacks and head.

    Args:
        features: As `build_features` makes it.
        late: The parts and their ensemble.
        head: The fusion head.

    Returns:
        From a dict of `image_vector` and, as the branches need them, `text_vector`, `words`, `characters` (both
        sparse), `tokens`, to a dict of logits, float32 (batch, 1): `fused`, `image_only`, `text_only` and `late`.
    """
    inputs = dict(features.input)
    for part in late.parts:
        for branch in part.branches:
            for name, tensor in branch.model.input.items():
                if name not in inputs and name not in features.output:
                    inputs[name] = keras.Input(tensor.shape[1:], dtype=tensor.dtype, sparse=tensor.sparse, name=name)
    made = {**inputs, **features({name: inputs[name] for name in features.input})}
    outputs = {part.name: _part(part, made) for part in late.parts}
    outputs[keys.LATE] = _stack(late.stack, [outputs[part.name] for part in late.parts], keys.LATE)
    outputs[keys.FUSED] = head.connect(made, outputs[keys.LATE])
    return keras.Model(inputs, {name: outputs[name] for name in keys.OUTPUTS}, name="fusegate")


def _part(part: Part, made: Tensors) -> keras.KerasTensor:
    logits = [branch.model({name: made[name] for name in branch.model.input}) for branch in part.branches]
    return logits[0] if len(logits) == 1 else _stack(part.stack, logits, part.name)


def _stack(stack: Stack, logits: list[keras.KerasTensor], name: str) -> keras.KerasTensor:
    layer = keras.layers.Dense(1, name=name)
    layer.build((None, len(logits)))
    layer.set_weights([stack.weights[:, None], np.array([stack.bias])])
    return layer(keras.layers.Concatenate(name=f"{name}_logits")(logits))
