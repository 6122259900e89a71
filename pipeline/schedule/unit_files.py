"""The systemd units of a schedule."""

from __future__ import annotations

from pipeline.schedule.on_calendar import on_calendar
from pipeline.schedule.schedule import Schedule

PREFIX = "fusegate-"

_SERVICE = """\
[Unit]
Description=Fusegate retrains {name}

[Service]
Type=oneshot
WorkingDirectory={directory}
{environment}
ExecStart={command}
StandardOutput=append:{log}
StandardError=inherit
# Refused by the gate, or another one works: a decision, not a failure.
SuccessExitStatus=3 4
TimeoutStopSec=40
"""

_TIMER = """\
{note}
[Unit]
Description=Fusegate retrains {name} by the rule {cron}

[Timer]
{moments}
AccuracySec=1s
# A firing that the machine slept through is made up for, once.
Persistent=true

[Install]
WantedBy=timers.target
"""


def unit_files(schedule: Schedule) -> dict[str, str]:
    """Return the texts of a schedule's units by their files' names: the service, and the timer that starts it.

    Reference:
        systemd.timer(5), systemd.service(5), systemd.syntax(7).
    """
    environment = (f"{name}={value}" for name, value in schedule.environment.items())
    words = schedule.command
    service = _SERVICE.format(
        name=schedule.name,
        directory=_plain(str(schedule.directory)),
        environment="\n".join(f"Environment={_quoted(each)}" for each in environment),
        # The colon keeps systemd from taking a dollar sign for a variable.
        command=" ".join(map(_quoted, [f":{words[0]}", *words[1:]])),
        log=_plain(str(schedule.log)),
    )
    timer = _TIMER.format(
        note=schedule.note(),
        name=schedule.name,
        cron=schedule.rule.text,
        moments="\n".join(f"OnCalendar={each}" for each in on_calendar(schedule.rule)),
    )
    stem = f"{PREFIX}{schedule.name}"
    return {f"{stem}.service": service, f"{stem}.timer": timer}


def _plain(text: str) -> str:
    """A value that takes the rest of its line as it is, apart from specifiers."""
    return text.replace("%", "%%")


def _quoted(word: str) -> str:
    return '"' + _plain(word).replace('"', '\\"') + '"'
