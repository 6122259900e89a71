"""FG012: a branch that says nothing, or that nothing is learnt in."""

from __future__ import annotations

from collections.abc import Iterator

from components.preflight.checks.joins import Branch, Join, joins
from components.preflight.checks.spread import is_constant, spread
from components.preflight.codes import DEAD_BRANCH
from components.preflight.finding import Finding
from components.preflight.parameters import parameters
from components.preflight.probe import Trace
from components.preflight.subject import Subject


def check_dead_branch(subject: Subject) -> Iterator[Finding]:
    """Find branches that are constant, and branches that no gradient reaches.

    A branch that starts at zero is meant to, and so is one behind a head that starts at zero: both count only if they
    are still dead after one small step.
    """
    reported: set[int] = set()
    for join in joins(subject):
        for branch in join.branches:
            if branch.slot in reported or not _inputs_vary(subject, branch):
                continue
            finding = _constant(subject, join, branch) or _unreached(subject, join, branch)
            if finding is not None:
                reported.add(branch.slot)
                yield finding


def _inputs_vary(subject: Subject, branch: Branch) -> bool:
    assert subject.graph is not None and subject.sample is not None
    arrays = dict(zip(subject.graph.inputs, subject.sample.inputs.values(), strict=True))
    return any(not is_constant(arrays[slot]) for slot in subject.graph.sources(branch.slot))


def _constant(subject: Subject, join: Join, branch: Branch) -> Finding | None:
    assert subject.graph is not None
    if branch.slot not in subject.graph.producer or not is_constant(branch.value):
        return None
    if subject.stepped is None or not is_constant(subject.stepped.values[branch.slot]):
        return None
    return Finding(
        DEAD_BRANCH,
        branch.name,
        f"its output is the same for all {len(branch.value)} examples where {join.step.name} joins it",
        {"examples": float(len(branch.value)), "spread": spread(branch.value)},
    )


def _unreached(subject: Subject, join: Join, branch: Branch) -> Finding | None:
    assert subject.trace is not None
    paths = _trainable(subject, branch)
    if subject.trained or not paths or any(subject.trace.gradients.get(path, 0.0) > 0 for path in paths):
        return None
    stepped = subject.stepped
    if stepped is None or any(stepped.gradients.get(path, 0.0) > 0 for path in paths):
        return None
    # Where no gradient reaches the join itself the fault lies after it.
    if not any(_learns(subject, stepped, other) for other in join.branches if other is not branch):
        return None
    return Finding(
        DEAD_BRANCH,
        branch.name,
        f"the gradient of its {len(paths)} trainable weights is 0 where {join.step.name} joins it",
        {"weights": float(len(paths)), "gradient": 0.0},
    )


def _learns(subject: Subject, trace: Trace, branch: Branch) -> bool:
    paths = _trainable(subject, branch)
    if paths:
        return any(trace.gradients.get(path, 0.0) > 0 for path in paths)
    return trace.arrivals.get(branch.slot, 0.0) > 0


def _trainable(subject: Subject, branch: Branch) -> list[str]:
    assert subject.graph is not None
    return [
        parameter.variable.path
        for step in subject.graph.upstream(branch.slot)
        for parameter in parameters(step.operation)
        if parameter.variable.trainable
    ]
