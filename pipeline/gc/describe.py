"""A plan in words."""

from __future__ import annotations

from collections import defaultdict

from pipeline.gc.plan import Item, Plan

_UNITS = ("B", "kB", "MB", "GB", "TB")


def describe(plan: Plan) -> list[str]:
    """Say what stays and why, and what goes with its size, one line each; artifacts are summed up by node."""
    lines = [f"stays  {each.kind} {each.name}: {each.why}" for each in plan.kept]
    lines.append(f"stays  {plan.artifacts_kept} folders of artifacts: of these runs, and what these versions came from")
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in plan.items:
        node = item.name.partition("/")[0]
        groups[f"artifacts of {node}" if item.kind == "artifact" else f"{item.kind} {item.name}"].append(item)
    for name, items in groups.items():
        count = f" ({len(items)} folders)" if len(items) > 1 else ""
        lines.append(f"goes   {name}{count}: {size_text(sum(item.size for item in items))}")
    return lines


def size_text(size: float) -> str:
    """Write a number of bytes in the unit that suits it.

    Example:
        >>> size_text(1_234_000)
        '1.2 MB'
    """
    for unit in _UNITS[:-1]:
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == _UNITS[0] else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} {_UNITS[-1]}"
