"""Whether pixels lie as a backbone was trained to see them."""

from __future__ import annotations

import enum

import numpy as np
from numpy.typing import NDArray

from components.preflight.checks.applications import CAFFE, TF


class Fault(enum.Enum):
    """What is wrong with the pixels."""

    MISSING = "missing"
    DOUBLED = "doubled"


def judge_pixels(pixels: NDArray, mode: str) -> Fault | None:
    """Compare the range of pixels with what a mode of preprocessing makes.

    Args:
        pixels: Shape (n, height, width, channels), as the first convolution reads them.
        mode: `CAFFE`, `TF` or `TORCH`.

    Returns:
        The fault, or None where the range is possible.
    """
    if not np.all(np.isfinite(pixels)):
        return None
    lowest, highest = float(pixels.min()), float(pixels.max())
    if mode == CAFFE:
        return _caffe(pixels, lowest, highest)
    return _tf(lowest, highest) if mode == TF else _torch(lowest, highest)


def _caffe(pixels: NDArray, lowest: float, highest: float) -> Fault | None:
    # Means are 103.939, 116.779 and 123.68: once subtracted, pixels lie in -123.7 to 151.1.
    if lowest < -130:
        return Fault.DOUBLED
    if lowest >= 0 or highest - lowest < 6:
        return Fault.MISSING
    spans = pixels.max(axis=(0, 1, 2)) - pixels.min(axis=(0, 1, 2))
    return Fault.DOUBLED if highest < -90 and float(spans.max()) < 6 else None


def _tf(lowest: float, highest: float) -> Fault | None:
    if highest < -0.9 and lowest > -1.1:
        return Fault.DOUBLED
    return Fault.MISSING if lowest >= 0 or lowest < -1.1 or highest > 1.1 else None


def _torch(lowest: float, highest: float) -> Fault | None:
    # (0 - 0.485) / 0.229 = -2.12 to (1 - 0.406) / 0.225 = 2.64.
    if highest < -1.6 and lowest > -2.3:
        return Fault.DOUBLED
    if lowest >= 0 or lowest < -2.3 or highest > 2.8:
        return Fault.MISSING
    # From -1 to 1 on the dot is another backbone's preprocessing.
    return Fault.MISSING if -1.01 <= lowest <= -0.98 and 0.98 <= highest <= 1.01 else None
