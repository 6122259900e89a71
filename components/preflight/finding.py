"""One fault that preflight found, with its evidence."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from components.preflight.codes import Code


@dataclasses.dataclass(frozen=True)
class Finding:
    """A fault at one place.

    Attributes:
        kind: What was found, from the registry.
        where: The output, layer, input or split it was found at.
        sentence: The evidence in words.
        evidence: The same as numbers, by name.
    """

    kind: Code
    where: str
    sentence: str
    evidence: Mapping[str, float]

    @property
    def code(self) -> str:
        """`FG001` and so on."""
        return self.kind.code

    @property
    def severity(self) -> str:
        """`error` or `warning`."""
        return self.kind.severity

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, for JSON."""
        return {
            **dataclasses.asdict(self.kind),
            "where": self.where,
            "sentence": self.sentence,
            "evidence": {name: float(value) for name, value in self.evidence.items()},
        }
