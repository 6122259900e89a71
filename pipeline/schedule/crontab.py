"""A user's crontab."""

from __future__ import annotations

import shutil

from components.errors import FusegateError
from pipeline.schedule.call import call, call_or_fail
from pipeline.schedule.crontab_block import crontab_block, with_block
from pipeline.schedule.schedule import Installed, Schedule, read_note

# Lines of others may be in any encoding; they are written back byte by byte.
_BYTES = ("utf-8", "surrogateescape")


class Crontab:
    """Keeps schedules as marked lines in the user's crontab."""

    kind = "cron"
    needs = "the command crontab (on Debian: apt-get install cron)"

    def available(self) -> bool:
        """Whether there is a crontab command."""
        return shutil.which("crontab") is not None

    def preview(self, schedule: Schedule) -> str:
        """Return the lines that `install` would write."""
        return crontab_block(schedule)

    def install(self, schedule: Schedule) -> None:
        """Write a schedule's lines, in place of those of the same name; `crontab` checks and replaces the whole."""
        self._write(with_block(self._read(), schedule.name, crontab_block(schedule)))

    def remove(self, name: str) -> bool:
        """Take a schedule's lines out.

        Returns:
            Whether there were any.
        """
        before = self._read()
        after = with_block(before, name, "")
        if after == before:
            return False
        self._write(after)
        return True

    def installed(self) -> list[Installed]:
        """Return the schedules whose lines are there."""
        notes = (read_note(line, self.kind) for line in self._read().splitlines())
        return [note for note in notes if note is not None]

    @staticmethod
    def _read() -> str:
        """Read the crontab; whatever else than its absence keeps that from working must not end in an empty one."""
        done = call(["crontab", "-l"])
        said = done.stderr.decode(errors="replace").strip()
        if done.returncode == 0:
            return done.stdout.decode(*_BYTES)
        if said.startswith("no crontab for"):
            return ""
        raise FusegateError(f"the crontab must be readable. Received: {said}. Try `crontab -l` by hand")

    @staticmethod
    def _write(text: str) -> None:
        call_or_fail(["crontab", "-"] if text else ["crontab", "-r"], text.encode(*_BYTES))
