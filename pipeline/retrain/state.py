"""How far a call has come: a file that outlives a kill."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, Literal

from components.durable import write_durably
from pipeline.retrain.holder import Holder

FOLDER = "retrain"
STATE_FILE = "state.json"
Phase = Literal["deciding", "running", "ended"]


@dataclasses.dataclass(frozen=True)
class State:
    """The state of one call.

    Attributes:
        holder: Its process.
        phase: `deciding`, `running` or `ended`; one that is found without having ended was killed.
        decision: What was decided, as far as it was.
    """

    holder: Holder
    phase: Phase
    decision: dict[str, Any] = dataclasses.field(default_factory=dict)


def write_state(output: Path, state: State) -> None:
    """Keep the state of the call that holds the lock."""
    write_durably(output / FOLDER / STATE_FILE, json.dumps(dataclasses.asdict(state), indent=2))


def read_state(output: Path) -> State | None:
    """Read the state of the last call; None where there was none, or it cannot be read."""
    try:
        fields = json.loads((output / FOLDER / STATE_FILE).read_text(encoding="utf-8"))
        return State(Holder(**fields["holder"]), fields["phase"], fields["decision"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
