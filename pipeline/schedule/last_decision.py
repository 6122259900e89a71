"""What `fusegate retrain` decided last."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from pipeline.schedule.schedule import STATE

DECISIONS = "decisions.jsonl"
_MOST_BYTES = 1 << 20


def last_decision(output: Path) -> dict[str, Any] | None:
    """Read the last whole line of an output folder's decisions; None where there is none.

    A line that a killed process left unfinished is passed over.
    """
    path = output / STATE / DECISIONS
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _MOST_BYTES))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return None
    for line in reversed(lines):
        try:
            decision = json.loads(line)
        except ValueError:
            continue
        if isinstance(decision, dict):
            return decision
    return None
