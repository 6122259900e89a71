"""A cron rule in the words of a systemd timer."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.schedule.cron_rule import CronRule

_WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def on_calendar(rule: CronRule) -> list[str]:
    """Write a rule as values of `OnCalendar=`, which together fire when the rule does.

    Systemd asks for both the date and the weekday, always. Where cron is content with one of them there are two values;
    a moment that both name fires once.

    Args:
        rule: The rule.

    Returns:
        One value, or two.

    Example:
        >>> on_calendar(parse_cron_rule("30 3 1 * 1"))  # doctest: +SKIP
        ['*-*-1 3:30:00', 'Mon *-*-* 3:30:00']

    Reference:
        systemd.time(7), "Calendar events"; crontab(5).
    """
    weekdays = "" if len(rule.weekdays) == 7 else ",".join(_WEEKDAYS[day] for day in sorted(rule.weekdays))
    months, days = _field(rule.months, range(1, 13)), _field(rule.days, range(1, 32))
    time = f"{_field(rule.hours, range(24))}:{_field(rule.minutes, range(60))}:00"
    if rule.day_and:
        return [f"{weekdays} *-{months}-{days} {time}".lstrip()]
    return [f"*-{months}-{days} {time}", f"{weekdays} *-{months}-* {time}".lstrip()]


def _field(values: Iterable[int], whole: range) -> str:
    """Write numbers as a star, or as a list in which neighbours stand as ranges."""
    numbers = sorted(values)
    if numbers == list(whole):
        return "*"
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}..{last}" for first, last in runs)
