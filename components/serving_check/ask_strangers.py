"""What a model answers to the pictures and texts that strangers send, among real pairs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from components import keys
from components.pairs.limits import PairLimits
from components.pairs.normalise_image import normalise_image
from components.pairs.unusable import Unusable
from components.serving_check.attempt import attempt
from components.serving_check.client import Answers, Client
from components.serving_check.judge import NEIGHBOUR_TOLERANCE
from components.serving_check.raw_pairs import RawPairs
from components.serving_check.strangers import Stranger, stranger_pictures, stranger_texts

SCORES = (*keys.OUTPUTS, keys.PROBABILITY)
# Of each request so many rows are real pairs, whose answers must not change.
_NEIGHBOURS = 8

Told = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class _Row:
    """What is asked in one row of a request: the kind and name tell it from all others."""

    kind: str
    name: str
    picture: bytes
    text: bytes


def ask_strangers(client: Client, pairs: RawPairs, together: Answers, limits: PairLimits) -> dict[str, Told]:
    """Ask about all pictures and texts of `components.serving_check.strangers`.

    As many as have room stand in one request, for a forward pass is dear; where it fails, or changes the answers to
    the real pairs in it, it is halved until those that do it are alone.

    Args:
        client: The model.
        pairs: Real pairs.
        together: The model's answers to as many real pairs as a request holds.
        limits: What a picture of a request may be at most.

    Returns:
        By `texts` and `pictures`, what was measured of each by name, in plain values: `error` where it failed a
        request.
    """
    picture, text = pairs.pictures[0], pairs.texts[0]
    strangers = stranger_pictures(picture, limits)
    packings = {stranger.name: _packed(stranger, limits) for stranger in strangers}
    rows = [_Row("none", "", b"", text)]
    rows += [_Row("text", name, picture, sent) for name, sent in stranger_texts().items()]
    for stranger in strangers:
        rows.append(_Row("picture", stranger.name, stranger.data, text))
        packed = packings[stranger.name]
        if isinstance(packed, bytes) and packed != stranger.data:
            rows.append(_Row("packed", stranger.name, packed, text))
    room = len(together[keys.PROBABILITY]) - _NEIGHBOURS
    answers: dict[tuple[str, str], Told] = {}
    for start in range(0, len(rows), room):
        answers |= _ask(client, pairs, together, rows[start : start + room])
    return {
        "texts": {name: _text_told(told) for (kind, name), told in answers.items() if kind == "text"},
        "pictures": {each.name: _picture_told(each, packings[each.name], answers) for each in strangers},
    }


def _packed(stranger: Stranger, limits: PairLimits) -> bytes | str:
    """What packing makes of it, or why it refuses it."""
    try:
        return normalise_image(stranger.data, limits).data
    except Unusable as refusal:
        return refusal.reason.value


def _ask(client: Client, pairs: RawPairs, together: Answers, rows: Sequence[_Row]) -> dict[tuple[str, str], Told]:
    told = attempt(lambda: pairs.ask(client, len(rows) + _NEIGHBOURS, others=[(row.picture, row.text) for row in rows]))
    moved = np.inf
    if "error" not in told:
        beside = slice(len(rows), len(rows) + _NEIGHBOURS)
        moved = float(np.max([np.abs(told[name][beside] - together[name][beside]) for name in SCORES]))
    if len(rows) > 1 and not moved <= NEIGHBOUR_TOLERANCE:
        half = len(rows) // 2
        return _ask(client, pairs, together, rows[:half]) | _ask(client, pairs, together, rows[half:])
    if "error" in told:
        return {(rows[0].kind, rows[0].name): told}
    return {
        (row.kind, row.name): {name: values[place] for name, values in told.items()} | {"neighbours": moved}
        for place, row in enumerate(rows)
    }


def _text_told(answer: Told) -> Told:
    if "error" in answer:
        return answer
    return _item_told(answer, keys.TEXT_USED) | {"probability": float(answer[keys.PROBABILITY])}


def _picture_told(stranger: Stranger, packed: bytes | str, answers: Mapping[tuple[str, str], Told]) -> Told:
    """Compare with none in its place, and with what packing makes of it."""
    answer, none = answers["picture", stranger.name], answers["none", ""]
    as_packed = answers.get(("packed", stranger.name), answer)
    for each in (answer, none, as_packed):
        if "error" in each:
            return each
    told = _item_told(answer, keys.IMAGE_USED) | {"readable": stranger.readable, "exact": stranger.exact}
    told["as_none"] = _apart(answer, none)
    return told | ({"packing": packed} if isinstance(packed, str) else {"as_packed": _apart(answer, as_packed)})


def _item_told(answer: Told, used: str) -> Told:
    return {
        "neighbours": answer["neighbours"],
        "used": int(answer[used]),
        "finite": all(bool(np.isfinite(answer[name])) for name in SCORES),
    }


def _apart(one: Told, other: Told) -> float:
    return max(abs(float(one[name] - other[name])) for name in SCORES)
