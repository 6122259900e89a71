"""One schedule: what is to be called when, in whichever form it is installed."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from components.errors import InputError
from pipeline.config import Config
from pipeline.schedule.cron_rule import CronRule, parse_cron_rule
from pipeline.schedule.retrain_command import retrain_command, retrain_environment

STATE = "retrain"
LOG_FILE = "schedule.log"
NOTE = "# fusegate schedule "
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
# A line is a line to cron and systemd, and both take a backslash for an escape, each in its own way.
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\\]")


@dataclasses.dataclass(frozen=True)
class Schedule:
    """What is called when.

    Attributes:
        name: Its name, unique among a user's schedules.
        rule: When it fires, in the machine's time zone.
        config: The configuration's file, absolute.
        command: The words of what is called.
        environment: Variables that it needs.
        directory: The working directory, which relative paths of the configuration begin at.
        log: The file that gets what the command says, absolute.
    """

    name: str
    rule: CronRule
    config: Path
    command: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path
    log: Path

    def note(self) -> str:
        """One comment line, from which `read_note` tells what is installed."""
        values = {"name": self.name, "cron": self.rule.text, "config": str(self.config), "log": str(self.log)}
        return NOTE + json.dumps(values)


@dataclasses.dataclass(frozen=True)
class Installed:
    """A schedule as it was found.

    Attributes:
        name: Its name.
        kind: `systemd` or `cron`.
        cron: Its rule.
        config: The configuration's file.
        log: The file that gets what the command says.
    """

    name: str
    kind: str
    cron: str
    config: str
    log: str


def make_schedule(
    config: Config, file: Path, rule: str, name: str | None = None, overrides: Sequence[str] = ()
) -> Schedule:
    """Make a schedule for a configuration, to be called in the working directory of now.

    Args:
        config: The configuration, as `file` and `overrides` make it.
        file: Its file.
        rule: A cron rule.
        name: The schedule's name; the pipeline's if None.
        overrides: Keys that are set over the file.

    Raises:
        InputError: The rule or the name is none, or a path cannot be written into a crontab or a unit.
    """
    made = Schedule(
        name=schedule_name(config, name),
        rule=parse_cron_rule(rule),
        config=file.absolute(),
        command=tuple(retrain_command(file, overrides)),
        environment=retrain_environment(),
        directory=Path.cwd(),
        log=config.output.absolute() / STATE / LOG_FILE,
    )
    for text in (*made.command, *made.environment.values(), str(made.directory), str(made.log)):
        if _UNWRITABLE.search(text):
            raise InputError(
                "what a schedule calls must be without line breaks, other control characters and backslashes. "
                f"Received: {text!r}. Rename it, or put it into the configuration"
            )
    return made


def schedule_name(config: Config, name: str | None) -> str:
    """Return the name of a configuration's schedule: the one that was asked for, or the pipeline's.

    Raises:
        InputError: It could not be a file's name.
    """
    if name is None:
        return config.name
    if not _NAME.fullmatch(name):
        raise InputError(
            f"a schedule's name must be of lower-case letters, digits and hyphens. Received: --name {name!r}. "
            "Leave --name out to take the pipeline's name"
        )
    return name


def read_note(line: str, kind: str) -> Installed | None:
    """Read a line of `Schedule.note`; None where it is another line."""
    if not line.startswith(NOTE):
        return None
    try:
        values = json.loads(line[len(NOTE) :])
        return Installed(values["name"], kind, values["cron"], values["config"], values["log"])
    except (ValueError, KeyError, TypeError):
        return None
