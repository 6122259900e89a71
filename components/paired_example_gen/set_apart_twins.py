"""Set apart the pairs that stand there twice, and those whose labels contradict each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from components.paired_example_gen.pair_key import PairKey
from components.pairs.reasons import Reason
from components.pairs.rejection import Rejection
from components.pairs.unusable import Unusable


def set_apart_twins(pairs: Iterable[PairKey]) -> tuple[list[PairKey], list[Rejection]]:
    """Keep one of the pairs with equal content or equal ids, and none of those with equal content and both labels.

    Content is equal where the picture's bytes and the normalised text are. Of several pairs with one id the first
    stays; of several with one content the one with the smallest id, so that it does not depend on their order.

    Args:
        pairs: Keys of all checked pairs, in any order.

    Returns:
        The kept pairs, ordered by id, and why each of the others is not used.
    """
    ordered = sorted(pairs, key=lambda pair: pair.place)
    by_label: dict[tuple[str, str], dict[int, PairKey]] = defaultdict(dict)
    for pair in ordered:
        by_label[pair.image, pair.text].setdefault(pair.label, pair)
    first: dict[str, PairKey] = {}
    rejected = []
    for pair in ordered:
        if other := by_label[pair.image, pair.text].get(1 - pair.label):
            received = f"The label is {pair.label}; the same picture and text have {other.label} at {other.source}"
            rejected.append(_rejection(pair, Reason.LABEL_CONFLICT, received))
        elif (kept := first.setdefault(pair.id, pair)) is not pair:
            rejected.append(_rejection(pair, Reason.ID_DUPLICATE, f"The id also stands at {kept.source}"))
    usable: dict[tuple[str, str], PairKey] = {}
    for _, pair in sorted(first.items()):
        kept = usable.setdefault((pair.image, pair.text), pair)
        if kept is not pair:
            received = f"Picture, text and label are those of {kept.id!a} at {kept.source}"
            rejected.append(_rejection(pair, Reason.PAIR_DUPLICATE, received))
    return list(usable.values()), rejected


def _rejection(pair: PairKey, reason: Reason, received: str) -> Rejection:
    return Rejection.of(pair.id, Unusable(reason, received), pair.source, pair.offset)
