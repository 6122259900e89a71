"""Make a variant of a SavedModel: a copy that serves another of its outputs."""

from __future__ import annotations

import tensorflow as tf

from components import keys
from components.errors import InputError

_VARIABLES = "variables"
_SERVED = "served/.ATTRIBUTES/VARIABLE_VALUE"
_FINGERPRINT = "fingerprint.pb"


def with_variant(model_path: str, variant: str, target: str) -> None:
    """Copy a SavedModel so that its `probability` and `decision` are those of another output.

    Graph, signatures and all other weights stay as they are: one variable of the checkpoint is written anew. The file
    `fingerprint.pb`, which names the old checkpoint and which TensorFlow does not need, is left out.

    Args:
        model_path: Folder of a SavedModel as `components.trainer.export` writes it.
        variant: One of `keys.OUTPUTS`.
        target: The copy's folder; it must not exist.

    Raises:
        InputError: No such output, the model has no variable `served`, or the target is there.

    Example:
        >>> with_variant("model/Format-Serving", "text_only", "variant/Format-Serving")
    """
    if variant not in keys.OUTPUTS:
        raise InputError(f"a variant must be one of {', '.join(keys.OUTPUTS)}. Received: {variant!r}. Name one of them")
    if tf.io.gfile.exists(target):
        raise InputError(f"a variant is written to a new folder. Received: {target}, which exists. Take another one")
    weights = _read(model_path)
    if _SERVED not in weights:
        raise InputError(
            f"a model of which a variant is made must have a variable `served`. Received: {model_path}, "
            "exported before there were variants. Train it again"
        )
    weights[_SERVED] = tf.constant(keys.OUTPUTS.index(variant), tf.int64)
    _copy(model_path, target)
    names = sorted(weights)
    prefix = f"{target}/{_VARIABLES}/{_VARIABLES}"
    tf.raw_ops.SaveV2(
        prefix=prefix, tensor_names=names, shape_and_slices=[""] * len(names), tensors=[weights[n] for n in names]
    )


def served_output(model_path: str) -> str:
    """Return the name of the output that a SavedModel serves as `probability`.

    Args:
        model_path: Folder of a SavedModel; one without the variable `served` serves `fused`.
    """
    checkpoint = tf.train.load_checkpoint(f"{model_path}/{_VARIABLES}/{_VARIABLES}")
    if not checkpoint.has_tensor(_SERVED):
        return keys.FUSED
    return keys.OUTPUTS[int(checkpoint.get_tensor(_SERVED))]


def _read(model_path: str) -> dict[str, tf.Tensor]:
    checkpoint = tf.train.load_checkpoint(f"{model_path}/{_VARIABLES}/{_VARIABLES}")
    return {name: tf.constant(checkpoint.get_tensor(name)) for name in checkpoint.get_variable_to_shape_map()}


def _copy(source: str, target: str) -> None:
    """Copy everything but the weights."""
    tf.io.gfile.makedirs(f"{target}/{_VARIABLES}")
    for folder, _, files in tf.io.gfile.walk(source):
        inside = folder[len(source) :].strip("/")
        if inside.split("/")[0] == _VARIABLES:
            continue
        place = f"{target}/{inside}" if inside else target
        tf.io.gfile.makedirs(place)
        for name in files:
            if name != _FINGERPRINT:
                tf.io.gfile.copy(f"{folder}/{name}", f"{place}/{name}")
