"""How named arrays meet a model: which are its inputs, what are its labels, which of its outputs is the main one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from components import keys

LOGIT = "logit"

Arrays = Mapping[str, NDArray]


def inputs_of(model: keras.Model, arrays: Arrays) -> dict[str, NDArray]:
    """Return the arrays that a model with named inputs reads."""
    return {name: arrays[name] for name in model.input}


def labels_of(arrays: Arrays) -> NDArray[np.float32]:
    """Return the labels, shape (n, 1), 0 or 1."""
    return arrays[keys.LABEL].astype(np.float32).reshape(-1, 1)


def main_logit(outputs: Any) -> Any:
    """Return the logit that decides, shape (batch, 1), of one output or of a dict of outputs."""
    return outputs[LOGIT] if isinstance(outputs, Mapping) else outputs
