"""What a data gate found, and whether it stops the run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

BLOCK, WARN, OFF = "block", "warn", "off"
MODES = (BLOCK, WARN, OFF)
MOST_IDS = 5
_LONGEST_ID = 60


@dataclasses.dataclass(frozen=True)
class Finding:
    """One broken rule.

    Attributes:
        gate: Name of the gate, as in the configuration's section `data_gate`.
        moved: The rule and what was received: what moved, from which value to which.
        mend: What to do.
        ids: Records to look at, at most five.
    """

    gate: str
    moved: str
    mend: str
    ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        look = f"Look at: {', '.join(self.ids)}. " if self.ids else ""
        return f"{self.moved}. {look}{self.mend}"


def some_ids(ids: Iterable[str]) -> tuple[str, ...]:
    """Return the first few distinct ids, shortened and safe to print: they come from strangers."""
    shown = (ascii(pair_id)[1:-1][:_LONGEST_ID] for pair_id in ids)
    return tuple(dict.fromkeys(shown))[:MOST_IDS]


def render(findings: Sequence[Finding]) -> str:
    """Write findings one a line."""
    return "\n".join(f"  - {finding}" for finding in findings)
