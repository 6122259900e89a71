"""An audit in words, for a report or a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_REASONS = {
    "pair_duplicate": "Duplicates set apart",
    "label_conflict": "Contradicting labels set apart",
    "bridges_splits": "Bridges between splits set apart",
}


def describe_audit(audit: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what an audit found as rows of a name and a value.

    Args:
        audit: An audit, as `components.paired_example_gen.audit.make_audit` made it or JSON gave it back.

    Example:
        >>> for name, value in describe_audit(audit):  # doctest: +SKIP
        ...     print(f"{name}: {value}")
        Groups (by both): 868 of 1,186 pairs; the largest holds 12
    """
    dealt, pictures = audit["random_split"], audit["per_picture"]
    rows = [
        (
            f"Groups (by {audit['group_by']})",
            f"{audit['groups']:,} of {audit['pairs']:,} pairs; the largest holds {audit['largest_group']:,}",
        ),
        (
            "Shares (asked for)",
            ", ".join(
                f"{split} {each['share']:.0%} ({each['wanted_share']:.0%})" for split, each in audit["splits"].items()
            ),
        ),
        ("Pairs of a group placed in an earlier run", f"{audit['placed_before']:,}"),
        ("Pairs whose picture is a copy of another", f"{audit['copied_pictures']:,}"),
        (
            "Held-out pairs whose like a random split would have trained on",
            f"{dealt['pictures']:,} by picture ({dealt['copied_pictures']:,} of them copies with other bytes), "
            f"{dealt['texts']:,} by text, of {dealt['held_out']:,}",
        ),
        (
            "Pictures of several pairs that have one label only",
            f"{pictures['of_one_label']:,} of {pictures['of_several_pairs']:,} ({pictures['share']:.0%})",
        ),
    ]
    rows += [(name, f"{audit['set_apart'].get(reason, 0):,}") for reason, name in _REASONS.items()]
    return rows + [("Fault", fault) for fault in audit["faults"]]
