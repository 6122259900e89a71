"""Rules of the user's own: an expression over the figures, or a function that the configuration names."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from components.data_gate.expression import Expression
from components.data_gate.finding import Finding
from components.errors import InputError

GATE = "own_rules"
_FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
OwnRule = Callable[[Mapping[str, float]], Sequence[str]]


def check_rule(rule: str, names: Collection[str]) -> None:
    """Refuse a rule that could never run; a function is not imported for it.

    Args:
        rule: An expression, or `module:function`.
        names: Names of the figures that there are.

    Raises:
        InputError: It is neither.
    """
    if not _FUNCTION.fullmatch(rule):
        Expression(rule, names)


def own_findings(rules: Sequence[str], figures: Mapping[str, float], names: Collection[str]) -> list[Finding]:
    """Apply the user's rules.

    Args:
        rules: Expressions that must hold, and `module:function` names. A function is given the figures by name and
            returns what is wrong, a text each; none where all is well.
        figures: Values by name. Figures of drift are missing while nothing is live: an expression that needs one is
            passed over.
        names: Names of the figures that there may be.

    Raises:
        InputError: There is no such function.
    """
    findings = []
    for rule in rules:
        if _FUNCTION.fullmatch(rule):
            findings += [Finding(GATE, f"{rule}: {text}", _mend()) for text in _load(rule)(dict(figures))]
        else:
            findings += _broken(Expression(rule, names), figures)
    return findings


def rules_digest(rules: Sequence[str]) -> str:
    """Digest the sources of the functions among the rules: TFX's cache key knows their names alone.

    Raises:
        InputError: There is no such module.
    """
    digest = hashlib.sha256()
    for rule in rules:
        if _FUNCTION.fullmatch(rule):
            module = rule.partition(":")[0]
            try:
                spec = importlib.util.find_spec(module)
            except ModuleNotFoundError:
                spec = None
            if spec is None:
                raise _no_function(rule, f"there is no module {module}")
            digest.update(Path(spec.origin).read_bytes() if spec.has_location and spec.origin else b"")
    return digest.hexdigest()[:16]


def _broken(expression: Expression, figures: Mapping[str, float]) -> list[Finding]:
    if any(name not in figures for name in expression.names):
        return []
    values = ", ".join(f"{name} = {figures[name]:.4g}" for name in expression.names)
    rule = f"{expression.text} (data_gate.rules) must hold"
    try:
        return [] if expression.holds(figures) else [Finding(GATE, f"{rule}. Received: {values}", _mend())]
    except ZeroDivisionError:
        return [Finding(GATE, f"{rule}. Received: {values}, which divides by 0", _mend())]


def _mend() -> str:
    return "Fix the data, or change the rule (data_gate.rules)"


def _load(rule: str) -> OwnRule:
    module, _, name = rule.partition(":")
    try:
        function = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        raise _no_function(rule, str(error)) from error
    if not callable(function):
        raise _no_function(rule, f"{module} has no function {name}")
    return function


def _no_function(rule: str, why: str) -> InputError:
    return InputError(
        f"data_gate.rules must name a function that can be imported. Received: {rule} ({why}). "
        "Correct the name, or put its folder on PYTHONPATH"
    )
