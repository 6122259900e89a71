"""FG014: what one branch contributes is lost beside another."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np

from components.preflight.checks.joins import HANDS_ON, Join, joins
from components.preflight.checks.spread import is_constant, spread
from components.preflight.checks.unit_norm import unit_norm_beside
from components.preflight.codes import BRANCH_RATIO
from components.preflight.finding import Finding
from components.preflight.parameters import is_trainable
from components.preflight.subject import Subject

_RATIO = 100.0
# Root mean square of features from which on they are large in themselves.
_LARGE = 10.0
# A product has no shares.
_ADDITIVE = frozenset({"Concatenate", "Add", "Average", "Subtract"})


def check_branch_ratio(subject: Subject) -> Iterator[Finding]:
    """Find joins where one branch contributes over a hundred times what another does."""
    for join in joins(subject):
        if join.step.type not in _ADDITIVE or join.is_normalized or unit_norm_beside(join) is not None:
            continue
        shares = _contributions(subject, join)
        if len(shares) < 2:
            continue
        strong, weak = max(shares, key=lambda name: shares[name]), min(shares, key=lambda name: shares[name])
        ratio = shares[strong] / shares[weak]
        if ratio > _RATIO and not _will_grow(subject, join, strong, weak):
            yield Finding(
                BRANCH_RATIO,
                f"layer {join.step.name}",
                f"what {strong} contributes varies by {shares[strong]:.3g}, {weak} by {shares[weak]:.3g}: "
                f"{ratio:.0f} times less",
                {"ratio": ratio, "strong": shares[strong], "weak": shares[weak]},
            )


def _will_grow(subject: Subject, join: Join, strong: str, weak: str) -> bool:
    """Tell whether a fresh branch is merely small yet, as an LSTM behind a fresh embedding is, beside a normal one."""
    assert subject.graph is not None and subject.trace is not None
    slots = {branch.name: branch.slot for branch in join.branches}
    learns = any(is_trainable(step.operation) for step in subject.graph.upstream(slots[weak]))
    return not subject.trained and learns and subject.trace.sizes[slots[strong]].rms <= _LARGE


def _contributions(subject: Subject, join: Join) -> dict[str, float]:
    """Return how much each branch moves what follows, those that are constant left out.

    After a Dense layer that is the branch times its rows of the kernel, otherwise the branch itself.
    """
    assert subject.graph is not None
    readers = subject.graph.forward(join.step.outputs[0], HANDS_ON)
    values = {branch.name: branch.value for branch in join.branches if not is_constant(branch.value)}
    if join.step.type != "Concatenate" or len(readers) != 1 or readers[0].type != "Dense":
        return {name: spread(value) for name, value in values.items()}
    kernel = np.asarray(keras.ops.convert_to_numpy(readers[0].operation.kernel))
    widths = [int(np.prod(branch.value.shape[1:])) for branch in join.branches]
    if sum(widths) != kernel.shape[0] or any(branch.value.ndim != 2 for branch in join.branches):
        return {name: spread(value) for name, value in values.items()}
    parts = dict(zip([branch.name for branch in join.branches], np.split(kernel, np.cumsum(widths)[:-1]), strict=True))
    weighed = {name: spread(value @ parts[name]) for name, value in values.items()}
    return weighed if all(share > 0 for share in weighed.values()) else {n: spread(v) for n, v in values.items()}
