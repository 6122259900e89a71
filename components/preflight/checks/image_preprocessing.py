"""FG009 and FG010: preprocessing of images that is missing or applied twice."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np
from numpy.typing import NDArray

from components.preflight.checks.applications import Application, find_applications
from components.preflight.checks.pixel_ranges import Fault, judge_pixels
from components.preflight.codes import DOUBLED_PREPROCESSING, MISSING_PREPROCESSING
from components.preflight.finding import Finding
from components.preflight.parameters import at_initial_values, is_frozen, parameters
from components.preflight.subject import Subject

# A Rescaling layer for pixels divides by 127.5, 128 or 255; pixels that are scaled already stay below this.
_PIXEL_SCALE = 1 / 50
_SCALED = 2.0


def check_image_preprocessing(subject: Subject) -> Iterator[Finding]:
    """Find known backbones that see another range than theirs, and Rescaling of what is scaled already."""
    if subject.graph is None or subject.trace is None:
        return
    rescaled: set[int] = set()
    for step in subject.steps:
        pixels = subject.trace.values.get(step.inputs[0]) if step.type == "Rescaling" else None
        if pixels is None or not _divides(step.operation) or not 0 < np.abs(pixels).max() <= _SCALED:
            continue
        rescaled.update(step.outputs)
        divisor = 1 / float(np.max(step.operation.scale))
        sentence = f"pixels from {pixels.min():.4g} to {pixels.max():.4g} are divided by {divisor:g}"
        yield Finding(DOUBLED_PREPROCESSING, f"layer {step.name}", sentence, _evidence(pixels))
    for found in find_applications(subject.graph):
        if rescaled & {slot for step in subject.graph.upstream(found.pixels) for slot in step.outputs}:
            continue
        pixels = subject.trace.values.get(found.pixels)
        if pixels is None or pixels.ndim != 4 or not _is_pretrained(found):
            continue
        fault = judge_pixels(pixels, found.family.mode)
        if fault is not None:
            yield Finding(
                MISSING_PREPROCESSING if fault is Fault.MISSING else DOUBLED_PREPROCESSING,
                f"model {found.name}",
                f"its first convolution sees {pixels.min():.4g} to {pixels.max():.4g}, with a mean of "
                f"{pixels.mean():.4g}; {found.family.name} was trained on {_EXPECTED[found.family.mode]}",
                _evidence(pixels),
            )


_EXPECTED = {
    "caffe": "-124 to 151 (BGR, ImageNet's mean subtracted)",
    "tf": "-1 to 1",
    "torch": "-2.1 to 2.6 (ImageNet's mean subtracted, divided by its deviation)",
}


def _evidence(pixels: NDArray) -> dict[str, float]:
    return {"lowest": float(pixels.min()), "highest": float(pixels.max()), "mean": float(pixels.mean())}


def _divides(layer: keras.layers.Rescaling) -> bool:
    return bool(np.all(np.abs(np.asarray(layer.scale, dtype=np.float64)) <= _PIXEL_SCALE))


def _is_pretrained(found: Application) -> bool:
    """Tell whether a backbone is used as pretrained; one that trains from scratch learns any range."""
    weighted = [step.operation for step in found.steps if parameters(step.operation)]
    return any(is_frozen(layer) for layer in weighted) or not all(at_initial_values(layer) for layer in weighted)
