"""Which half makes a group when pairs share it."""

from __future__ import annotations

from components.paired_example_gen.pair_key import PairKey

PICTURE = "picture"
TEXT = "text"
BOTH = "both"


def nodes_of(pair: PairKey, group_by: str) -> list[str]:
    """Return what binds a pair to others: its picture, its text or both, the picture first.

    Args:
        pair: The pair; one without a text is bound by its picture, whatever is asked for.
        group_by: `picture`, `text` or `both`.
    """
    if group_by == PICTURE or not pair.text_node:
        return [pair.picture_node]
    return [pair.text_node] if group_by == TEXT else [pair.picture_node, pair.text_node]
