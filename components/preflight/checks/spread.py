"""How much a tensor differs from example to example."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Float32 carries about seven digits.
_RELATIVE = 1e-6


def is_constant(array: NDArray) -> bool:
    """Tell whether every example has the same values, up to rounding."""
    if len(array) < 2:
        return False
    if array.dtype.kind not in "biuf":
        return bool(np.all(array == array[:1]))
    values = array.reshape(len(array), -1).astype(np.float64)
    difference = np.abs(values - values[:1]).max()
    return bool(difference <= _RELATIVE * np.abs(values).max())


def spread(array: NDArray) -> float:
    """Return the root of the summed variances over examples: how far a vector moves from input to input."""
    return float(np.sqrt(array.reshape(len(array), -1).astype(np.float64).var(axis=0).sum()))
