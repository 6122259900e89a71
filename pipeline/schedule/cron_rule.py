"""A cron rule that Debian's cron, CronSim and a systemd timer understand alike."""

from __future__ import annotations

import dataclasses
import datetime
import re

from cronsim import CronSim, CronSimError

from components.errors import InputError

# Debian's cron refuses a step on a single value, and knows neither L nor #.
_VALUE = "(?:[0-9]+|[A-Za-z]{3})"
_ITEM = rf"(?:\*(?:/[0-9]+)?|{_VALUE}(?:-{_VALUE}(?:/[0-9]+)?)?)"
_FIELD = re.compile(rf"{_ITEM}(?:,{_ITEM})*")
_FIX = "Give minute, hour, day of month, month and weekday, as '0 3 * * *' for 03:00 every day"


@dataclasses.dataclass(frozen=True)
class CronRule:
    """Five fields that `parse_cron_rule` has checked.

    Attributes:
        text: The fields, single spaces between them.
        minutes: 0 to 59.
        hours: 0 to 23.
        days: Of the month, 1 to 31.
        months: 1 to 12.
        weekdays: 0 for Sunday to 6 for Saturday.
        day_and: Whether a day must match both fields of days; else one of them will do. Cron asks for both where one
            of the fields begins with a star.
    """

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    day_and: bool

    def next_after(self, moment: datetime.datetime) -> datetime.datetime:
        """Return the first time after a moment at which the rule fires, in the moment's time zone."""
        return next(CronSim(self.text, moment))


def parse_cron_rule(text: str) -> CronRule:
    """Check a cron rule.

    Args:
        text: Five fields of Debian's cron: lists, ranges, steps on a star or a range, English names of three letters.

    Raises:
        InputError: It is none, never fires, or cron and CronSim would not read it alike.

    Example:
        >>> sorted(parse_cron_rule("0 3 * * mon-fri").weekdays)
        [1, 2, 3, 4, 5]

    Reference:
        crontab(5) of Debian.
    """
    fields = text.split()
    if len(fields) != 5:
        raise InputError(f"a cron rule must have five fields. Received: {text!r}, which has {len(fields)}. {_FIX}")
    foreign = [field for field in fields if not _FIELD.fullmatch(field)]
    if foreign:
        raise InputError(
            "a field of a cron rule must be a list of numbers, ranges and stars, with steps on ranges and stars. "
            f"Received: {foreign[0]!r} in {text!r}. {_FIX}"
        )
    try:
        parsed = CronSim(text, datetime.datetime(2000, 1, 1))
        next(CronSim(text, datetime.datetime(2000, 1, 1)))
    except (CronSimError, StopIteration) as error:
        fault = str(error) or "it never fires"
        raise InputError(f"a cron rule must name times that come. Received: {text!r}: {fault}. {_FIX}") from error
    return CronRule(
        text=" ".join(fields),
        minutes=frozenset(parsed.minutes),
        hours=frozenset(parsed.hours),
        days=frozenset(parsed.days),
        months=frozenset(parsed.months),
        weekdays=frozenset(day % 7 for day in parsed.weekdays if isinstance(day, int)),
        day_and=parsed.day_and,
    )
