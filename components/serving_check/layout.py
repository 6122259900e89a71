"""Whether a folder and its signatures are what TF Serving and its clients expect."""

from __future__ import annotations

import tensorflow as tf

from components import keys
from components.serving_check.client import Client

_FILES = ("saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-*")
_OUTPUTS = {
    **dict.fromkeys((*keys.OUTPUTS, keys.PROBABILITY), tf.float32),
    **dict.fromkeys((keys.DECISION, keys.IMAGE_USED, keys.TEXT_USED), tf.int64),
}


def missing_files(path: str) -> list[str]:
    """Return which files of TF Serving's layout a SavedModel's folder lacks; its number comes with the push."""
    return [name for name in _FILES if not tf.io.gfile.glob(f"{path}/{name}")]


def signature_faults(client: Client) -> list[str]:
    """Return what is wrong with the names and types of the serving signatures, a sentence each."""
    faults = []
    wanted_inputs = {
        keys.SIGNATURE_SERVING: {keys.IMAGE, keys.TEXT},
        keys.SIGNATURE_EXAMPLES: {keys.EXAMPLES},
    }
    for name, inputs in wanted_inputs.items():
        if name not in client.signatures:
            faults.append(f"there is no signature {name}")
            continue
        signature = client.signatures[name]
        given = set(signature.inputs) - {keys.TEXT_VECTOR}
        if given != inputs:
            faults.append(f"{name} takes {', '.join(sorted(given))} instead of {', '.join(sorted(inputs))}")
        outputs = {output: tf.as_dtype(info.dtype) for output, info in signature.outputs.items()}
        for output, dtype in _OUTPUTS.items():
            if outputs.get(output) != dtype:
                kind = outputs[output].name if output in outputs else "nothing"
                faults.append(f"{name} gives {kind} as {output} instead of {dtype.name}")
    return faults
