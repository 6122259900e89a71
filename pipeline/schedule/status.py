"""What is scheduled for a configuration, and what came of it last."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from typing import Any

from pipeline.config import Config
from pipeline.schedule.cron_rule import parse_cron_rule
from pipeline.schedule.keepers import installed
from pipeline.schedule.last_decision import last_decision
from pipeline.schedule.schedule import Installed


@dataclasses.dataclass(frozen=True)
class Status:
    """Of one configuration.

    Attributes:
        schedules: What is installed for it.
        next_firings: When each of them fires next, ISO 8601.
        last_decision: The last line of the decisions, or None.
    """

    schedules: list[Installed]
    next_firings: list[str]
    last_decision: dict[str, Any] | None


def status(config: Config, file: Path, now: datetime.datetime) -> Status:
    """Return what is scheduled.

    Args:
        config: The configuration.
        file: Its file.
        now: The time, in the machine's time zone.

    Raises:
        FusegateError: The crontab cannot be read, or a rule in it was changed into none.
    """
    found = [each for each in installed() if each.config == str(file.absolute())]
    firings = [parse_cron_rule(each.cron).next_after(now).isoformat(timespec="seconds") for each in found]
    return Status(found, firings, last_decision(config.output))
