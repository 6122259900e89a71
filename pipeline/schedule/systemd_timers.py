"""A user's systemd timers."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from components.durable import write_durably
from pipeline.schedule.call import call, call_or_fail
from pipeline.schedule.schedule import Installed, Schedule, read_note
from pipeline.schedule.unit_files import PREFIX, unit_files

_SYSTEMCTL = ("systemctl", "--user")


class SystemdTimers:
    """Keeps schedules as timers of the user's own systemd."""

    kind = "systemd"
    needs = "a systemd that runs for this user (systemctl --user status)"

    def available(self) -> bool:
        """Whether this user's systemd answers."""
        return shutil.which("systemctl") is not None and call([*_SYSTEMCTL, "show-environment"]).returncode == 0

    def preview(self, schedule: Schedule) -> str:
        """Return what `install` would write."""
        texts = unit_files(schedule)
        return "\n".join(f"# {self._folder() / name}\n{text}" for name, text in texts.items())

    def install(self, schedule: Schedule) -> None:
        """Write a schedule's units, in place of those of the same name, and start the timer."""
        for name, text in unit_files(schedule).items():
            write_durably(self._folder() / name, text)
        call_or_fail([*_SYSTEMCTL, "daemon-reload"])
        timer = f"{PREFIX}{schedule.name}.timer"
        call_or_fail([*_SYSTEMCTL, "enable", timer])
        # A timer that runs already would keep its old rule.
        call_or_fail([*_SYSTEMCTL, "restart", timer])

    def remove(self, name: str) -> bool:
        """Stop a timer and remove its units; a retrain that goes on is left to end.

        Returns:
            Whether there was one.
        """
        files = [self._folder() / f"{PREFIX}{name}{suffix}" for suffix in (".timer", ".service")]
        if not any(file.exists() for file in files):
            return False
        call_or_fail([*_SYSTEMCTL, "disable", "--now", files[0].name])
        for file in files:
            file.unlink(missing_ok=True)
        call_or_fail([*_SYSTEMCTL, "daemon-reload"])
        return True

    def installed(self) -> list[Installed]:
        """Return the schedules whose units are there."""
        notes = (
            read_note(file.read_text(encoding="utf-8").partition("\n")[0], self.kind)
            for file in sorted(self._folder().glob(f"{PREFIX}*.timer"))
        )
        return [note for note in notes if note is not None]

    @staticmethod
    def _folder() -> Path:
        home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        return Path(home) / "systemd" / "user"
