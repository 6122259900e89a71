"""What keeps schedules on this machine."""

from __future__ import annotations

from components.errors import InputError
from pipeline.schedule.crontab import Crontab
from pipeline.schedule.schedule import Installed, Schedule
from pipeline.schedule.systemd_timers import SystemdTimers

Keeper = SystemdTimers | Crontab
KEEPERS: tuple[Keeper, ...] = (SystemdTimers(), Crontab())
_ELSE = "or let `fusegate schedule run` keep the time in the foreground"


def choose_keeper(kind: str | None, must_run: bool = True) -> Keeper:
    """Choose what keeps a schedule.

    Args:
        kind: `systemd` or `cron`; None takes the first of them that this machine has.
        must_run: Whether it is to be used, and not only to be shown.

    Raises:
        InputError: This machine does not have it.
    """
    named = [keeper for keeper in KEEPERS if kind in (None, keeper.kind)]
    if kind is not None and not must_run:
        return named[0]
    for keeper in named:
        if keeper.available():
            return keeper
    needs = ", or ".join(keeper.needs for keeper in named)
    raise InputError(f"a schedule needs {needs}. Received: a machine without. Bring it, {_ELSE}")


def install(schedule: Schedule, keeper: Keeper) -> None:
    """Install a schedule, in place of the one of the same name, whichever kind that is of.

    Raises:
        InputError: The name belongs to another configuration.
        FusegateError: The system refuses it.
    """
    for found in installed():
        if found.name == schedule.name and found.config != str(schedule.config):
            raise InputError(
                f"a schedule's name must be its own. Received: {schedule.name!r}, by which {found.kind} calls "
                f"{found.config}. Give another one with --name, or remove that one"
            )
    schedule.log.parent.mkdir(parents=True, exist_ok=True)
    keeper.install(schedule)
    for other in KEEPERS:
        if other.kind != keeper.kind and other.available():
            other.remove(schedule.name)


def remove(name: str) -> list[str]:
    """Remove the schedule of a name.

    Returns:
        The kinds of what was removed; empty where there was none.
    """
    return [keeper.kind for keeper in KEEPERS if keeper.available() and keeper.remove(name)]


def installed() -> list[Installed]:
    """Return every schedule that is installed for this user."""
    return [found for keeper in KEEPERS if keeper.available() for found in keeper.installed()]
