"""A pair that cannot be used, as the quarantine records it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable


@dataclass(frozen=True)
class Rejection:
    """Why one pair was left out.

    Args:
        id: The pair's id; empty where it has no usable one.
        reason: What is wrong, from a closed list.
        detail: A sentence: what was received and how to mend it.
        source: Where the pair came from, as `file:line` or another name.
        offset: Where it begins in that file, in bytes of the uncompressed one; None where that says nothing.
    """

    id: str
    reason: Reason
    detail: str
    source: str
    offset: int | None = None

    @classmethod
    def of(cls, pair_id: str, error: Unusable, source: str, offset: int | None = None) -> Rejection:
        """Returns the rejection that an `Unusable` value makes of its pair."""
        return cls(pair_id, error.reason, error.detail, source, offset)

    def to_json(self) -> str:
        """Returns the rejection as one line of ASCII JSON, without a line break."""
        return json.dumps(asdict(self))
