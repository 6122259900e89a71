"""Who works on an output folder: named in a file beside the lock."""

from __future__ import annotations

import dataclasses
import json
import os
import socket
from pathlib import Path

from components.durable import write_durably

HOLDER_FILE = "holder.json"


@dataclasses.dataclass(frozen=True)
class Holder:
    """A process that holds the lock.

    Attributes:
        pid: The process.
        host: The machine.
        since: When it took the lock, ISO 8601.
    """

    pid: int
    host: str
    since: str

    @classmethod
    def this_process(cls, since: str) -> Holder:
        """This process as a holder."""
        return cls(os.getpid(), socket.gethostname(), since)

    @property
    def is_gone(self) -> bool:
        """Whether it was a process of this machine that there is no more; of another machine nobody knows."""
        if self.host != socket.gethostname():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


def write_holder(folder: Path, holder: Holder) -> None:
    """Name the process that has just taken the lock."""
    write_durably(folder / HOLDER_FILE, json.dumps(dataclasses.asdict(holder)))


def read_holder(folder: Path) -> Holder | None:
    """Read who took the lock last; None where it was given back, or cannot be read."""
    try:
        return Holder(**json.loads((folder / HOLDER_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
