"""A live version that candidates are not compared with any more, because someone has said why.

A baseline that was lucky on a small test split can refuse every successor (TFX issue 4390). Setting it aside is a
record of its own: it names one version, so that the next push or rollback spends it.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from components.durable import write_durably

BASELINE_FILE = "baseline.json"


@dataclasses.dataclass(frozen=True)
class SetAside:
    """What was set aside.

    Attributes:
        version: The version that was live.
        why: The reason, in the words of who did it.
        at: ISO 8601 time, UTC.
    """

    version: int
    why: str
    at: str


def write_set_aside(records: str, set_aside: SetAside) -> None:
    """Keep in a registry's folder of records that a version is set aside as a baseline."""
    content = json.dumps(dataclasses.asdict(set_aside), indent=2, sort_keys=True)
    write_durably(Path(records) / BASELINE_FILE, content)


def read_set_aside(records: str, live: int) -> SetAside | None:
    """Read what was set aside; None where nothing was, or where another version has gone live since."""
    path = Path(records) / BASELINE_FILE
    if not path.exists():
        return None
    fields = json.loads(path.read_text(encoding="utf-8"))
    return SetAside(**fields) if fields["version"] == live else None
