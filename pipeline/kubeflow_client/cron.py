"""Cron expressions as Kubeflow Pipelines reads them: six fields, the first one seconds."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from cronsim import CronSim, CronSimError

from components.errors import InputError

STEP = re.compile(r"\*/\d+")


def to_kubeflow_cron(expression: str) -> str:
    """Translate a cron expression into one that Kubeflow's scheduler reads in the same way.

    Its parser takes the first of five fields for seconds, knows no Sunday called 7 and no `L` or `#`, and says nothing
    where it reads something else than was meant. So every field is written out as numbers.

    Args:
        expression: Five fields (minute, hour, day of month, month, day of week), or six with the seconds in front.

    Returns:
        Six fields. Their times are in the time zone of the cluster's scheduler, UTC unless it is told otherwise.

    Raises:
        InputError: If it is not a cron expression, or says what Kubeflow cannot.

    Example:
        >>> to_kubeflow_cron("30 3 * * mon-fri")
        '0 30 3 * * 1,2,3,4,5'

    Reference:
        https://pkg.go.dev/github.com/robfig/cron@v1.2.0, which the scheduler parses with.
    """
    try:
        parsed = CronSim(expression, datetime.now(timezone.utc))
    except CronSimError as error:
        raise InputError(
            "--cron takes five fields: minute, hour, day of month, month, day of week; or six, the first one seconds. "
            f'Received: {expression!r} ({error}). Write it as "30 3 * * 1-5"'
        ) from error
    fields = (parsed.seconds, parsed.minutes, parsed.hours, parsed.days, parsed.months, parsed.weekdays)
    if any(not isinstance(value, int) or value < 0 for field in fields for value in field):
        raise InputError(
            f"Kubeflow's scheduler knows numbers, ranges and steps alone. Received: {expression!r}, with L or #. "
            "Name the days, or schedule daily"
        )
    days, weekdays = parsed.parts[3], parsed.parts[5]
    return " ".join(
        [
            *(_numbers(field, size) for field, size in zip(fields[:3], (60, 60, 24), strict=True)),
            _days(expression, days, parsed.days),
            _numbers(parsed.months, 12),
            _days(expression, weekdays, {value % 7 for value in parsed.weekdays if isinstance(value, int)}),
        ]
    )


def _numbers(values: set[int], size: int) -> str:
    return "*" if len(values) == size else ",".join(str(value) for value in sorted(values))


def _days(expression: str, text: str, values: set[int]) -> str:
    """Write a field of days; its star tells both parsers that the other one must match too, not either of them."""
    if not text.startswith("*"):
        return ",".join(str(value) for value in sorted(values))
    if text == "*" or STEP.fullmatch(text):
        return text
    raise InputError(
        f"a field of days that starts with a star must be * or */step. Received: {text!r} in {expression!r}. "
        "Name the days"
    )
