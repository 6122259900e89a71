"""A run that has ended, whichever runner ran it."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

from components.errors import FusegateError
from pipeline.config import Config
from pipeline.lineage import NodeRun


@dataclasses.dataclass(frozen=True)
class Run:
    """A run that has ended.

    Attributes:
        config: Its configuration.
        run_id: Its id.
        folder: Folder of its report and summary.
        started: When it started.
        seconds: How long it took; None where the runner does not tell.
        nodes: Its executions, by node.
        failure: Why it failed, or None.
        advice: Where runs are refused by one old baseline again and again, the way out; else empty.
    """

    config: Config
    run_id: str
    folder: Path
    started: datetime.datetime
    seconds: float | None
    nodes: dict[str, NodeRun]
    failure: FusegateError | None
    advice: str = ""
