"""The lines of a schedule in a crontab, and a crontab's text with them put in or taken out."""

from __future__ import annotations

import shlex

from components.errors import InputError
from pipeline.schedule.schedule import Schedule

# Debian's cron refuses a longer command.
_MOST_BYTES = 998
_MEND = "Mend it by hand (crontab -e)"


def crontab_block(schedule: Schedule) -> str:
    """Return a schedule's lines: two marks, a note, and the line that cron reads.

    Variables are set within the command: a line of their own would hold for all lines that follow it.

    Raises:
        InputError: The command is longer than cron takes.

    Reference:
        crontab(5): an unescaped per cent sign ends the command.
    """
    variables = [f"{name}={shlex.quote(value)}" for name, value in schedule.environment.items()]
    called = " ".join([*variables, *map(shlex.quote, schedule.command)])
    inside = f"cd {shlex.quote(str(schedule.directory))} && {called}"
    command = f"({inside}) >>{shlex.quote(str(schedule.log))} 2>&1".replace("%", "\\%")
    if len(command.encode()) > _MOST_BYTES:
        raise InputError(
            f"a command in a crontab must have at most {_MOST_BYTES} bytes. Received: {len(command.encode())}: "
            f"{command}. Take shorter paths, or put what --set says into the configuration"
        )
    lines = [_begin(schedule.name), schedule.note(), f"{schedule.rule.text} {command}", _end(schedule.name)]
    return "".join(f"{line}\n" for line in lines)


def with_block(crontab: str, name: str, block: str) -> str:
    """Put a block into a crontab, in place of the one of that name, and leave every other line as it is.

    Args:
        crontab: The crontab's text.
        name: The schedule's name.
        block: Its lines; empty to take them out.

    Raises:
        InputError: The marks of that name are not one pair.
    """
    lines = crontab.splitlines(keepends=True)
    begins = [index for index, line in enumerate(lines) if line.rstrip("\n") == _begin(name)]
    ends = [index for index, line in enumerate(lines) if line.rstrip("\n") == _end(name)]
    if not begins and not ends:
        return crontab + ("\n" if crontab and not crontab.endswith("\n") else "") + block
    if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
        raise InputError(
            f"a schedule must stand in the crontab once, between its two marks. Received: {len(begins)} of "
            f"{_begin(name)!r} and {len(ends)} of {_end(name)!r}. {_MEND}"
        )
    return "".join([*lines[: begins[0]], block, *lines[ends[0] + 1 :]])


def _begin(name: str) -> str:
    return f"# BEGIN fusegate {name}"


def _end(name: str) -> str:
    return f"# END fusegate {name}"
