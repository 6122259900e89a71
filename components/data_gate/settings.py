"""How the data gates are set, as one value that travels through an execution property."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping

from components.data_gate import drift, own_rules
from components.data_gate.finding import BLOCK

ANOMALIES, BAD_SHARE, FEW_EXAMPLES, ONE_CLASS = "anomalies", "bad_share", "few_examples", "one_class"
GATES = (ANOMALIES, drift.GATE, BAD_SHARE, FEW_EXAMPLES, ONE_CLASS, own_rules.GATE)
# Calibrated on drawn and on real pairs: see docs/data-gates.md.
DRIFT_LIMITS = {
    "label": 0.1,
    "columns": 0.15,
    "text_length": 0.05,
    "vocabulary": 0.05,
    "image_size": 0.05,
    "brightness": 0.05,
}


@dataclasses.dataclass(frozen=True)
class GateSettings:
    """Settings of DataGate.

    Attributes:
        max_bad_share: Largest share of all pairs that may be set apart.
        min_per_class: Fewest examples of each label in each split.
        modes: `block`, `warn` or `off` by gate; `block` for one that is not named.
        drift_limits: Bounds of drift by feature, see `DRIFT_LIMITS`.
        rules: Rules of the user's own.
    """

    max_bad_share: float
    min_per_class: int
    modes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    drift_limits: Mapping[str, float] = dataclasses.field(default_factory=lambda: dict(DRIFT_LIMITS))
    rules: tuple[str, ...] = ()

    def mode(self, gate: str) -> str:
        """Return a gate's mode."""
        return self.modes.get(gate, BLOCK)

    def to_json(self) -> str:
        """Return the settings as JSON, with sorted keys."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> GateSettings:
        """Read settings back."""
        fields = json.loads(text)
        return cls(**fields | {"rules": tuple(fields["rules"])})
