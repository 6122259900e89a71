"""Expressions of the user's own over figures, evaluated without `eval`: comparisons and arithmetic, nothing else."""

from __future__ import annotations

import ast
import itertools
import operator
from collections.abc import Callable, Collection, Mapping

from components.errors import InputError

_MOST_CHARACTERS = 300
_LARGEST_NUMBER = 1e300
_ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ALLOWED = (
    ast.Expression,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.BinOp,
    ast.Compare,
    ast.Name,
    ast.Load,
    ast.Constant,
    *_ARITHMETIC,
    *_COMPARISONS,
)


class Expression:
    """A condition over named figures, as `examples >= 500 and 0.2 < label_share < 0.8`.

    Args:
        text: Comparisons, `and`, `or`, `not`, `+ - * /`, numbers and names.
        names: Names of the figures that there are.

    Raises:
        InputError: The text is no such condition, or names a figure that there is not.

    Example:
        >>> Expression("2 * examples > 10", ["examples"]).holds({"examples": 6})
        True
    """

    def __init__(self, text: str, names: Collection[str]):
        self.text = text
        self._tree = _parse(text)
        found = [node.id for node in ast.walk(self._tree) if isinstance(node, ast.Name)]
        self.names = tuple(dict.fromkeys(found))
        unknown = [name for name in self.names if name not in names]
        if unknown:
            raise InputError(
                f"a rule may name these figures: {', '.join(sorted(names))}. "
                f"Received: {', '.join(unknown)} in {text!r}. Correct the name"
            )

    def holds(self, figures: Mapping[str, float]) -> bool:
        """Tell whether the condition holds.

        Args:
            figures: A value for each of `names`.

        Raises:
            ZeroDivisionError: It divides by 0.
        """
        return bool(_value(self._tree.body, figures))


def _parse(text: str) -> ast.Expression:
    received = f"Received: {text[:80]!r}"
    if len(text) > _MOST_CHARACTERS:
        raise InputError(
            f"a rule may have {_MOST_CHARACTERS} characters. {received} and more. Write a function instead"
        )
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputError(
            f"a rule must be a condition, as `examples >= 500`. {received} ({error}). Correct it"
        ) from error
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED) or (isinstance(node, ast.Constant) and not _is_number(node.value)):
            raise InputError(
                "a rule may hold comparisons, and, or, not, + - * /, numbers and names. "
                f"{received}, with {type(node).__name__}. For more write a function, as `my_checks:balanced`"
            )
    if not isinstance(tree.body, (ast.Compare, ast.BoolOp)) and not _is_not(tree.body):
        raise InputError(f"a rule must be true or false. {received}. Compare it with something, as `examples >= 500`")
    return tree


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and value <= _LARGEST_NUMBER  # type: ignore[operator]


def _is_not(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _value(node: ast.expr, figures: Mapping[str, float]) -> float:
    if isinstance(node, ast.Constant):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.Name):
        return figures[node.id]
    if isinstance(node, ast.BoolOp):
        values = (bool(_value(part, figures)) for part in node.values)
        return all(values) if isinstance(node.op, ast.And) else any(values)
    if isinstance(node, ast.UnaryOp):
        inner = _value(node.operand, figures)
        return not inner if isinstance(node.op, ast.Not) else -inner
    if isinstance(node, ast.BinOp):
        return _ARITHMETIC[type(node.op)](_value(node.left, figures), _value(node.right, figures))
    assert isinstance(node, ast.Compare)
    operands = [_value(part, figures) for part in (node.left, *node.comparators)]
    pairs = itertools.pairwise(operands)
    return all(_COMPARISONS[type(op)](*pair) for op, pair in zip(node.ops, pairs, strict=True))
