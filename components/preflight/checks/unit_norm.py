"""FG011: a vector of length one beside features without a bound."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from components.preflight.checks.joins import Join, joins
from components.preflight.codes import UNIT_NORM
from components.preflight.finding import Finding
from components.preflight.subject import Subject

_TOLERANCE = 1e-3
# From this ratio of lengths on, the unit vector is small beside the rest.
_RATIO = 10.0
_MIN_WIDTH = 8


def check_unit_norm(subject: Subject) -> Iterator[Finding]:
    """Find concatenations of a unit-norm vector with much longer ones, where nothing normalises them after."""
    for join in joins(subject):
        found = unit_norm_beside(join)
        if found is None:
            continue
        unit, other, length = found
        yield Finding(
            UNIT_NORM,
            f"layer {join.step.name}",
            f"{unit} has length 1 in every row, {other} a mean length of {length:.3g}",
            {"unit_length": 1.0, "other_length": length},
        )


def unit_norm_beside(join: Join) -> tuple[str, str, float] | None:
    """Return the unit-norm branch, the longest other one and that one's mean length, if a join has this fault."""
    if join.step.type != "Concatenate" or join.is_normalized:
        return None
    lengths = {branch.name: _lengths(branch.value) for branch in join.branches}
    wide = {branch.name for branch in join.branches if branch.value.shape[-1] >= _MIN_WIDTH}
    units = [name for name in lengths if name in wide and np.all(np.abs(lengths[name] - 1) <= _TOLERANCE)]
    others = {name: float(values.mean()) for name, values in lengths.items() if name not in units}
    if not units or not others:
        return None
    longest = max(others, key=lambda name: others[name])
    return (units[0], longest, others[longest]) if others[longest] >= _RATIO else None


def _lengths(value: NDArray) -> NDArray:
    return np.linalg.norm(value.reshape(len(value), -1).astype(np.float64), axis=1)
