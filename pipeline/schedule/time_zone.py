"""The time zone that a rule is read in."""

from __future__ import annotations

import datetime
import zoneinfo

import tzlocal

from components.errors import InputError


def time_zone(name: str | None) -> datetime.tzinfo:
    """Return a time zone.

    Args:
        name: A name of the IANA's database; the machine's own zone if None.

    Raises:
        InputError: There is no such zone, or the machine's cannot be found.
    """
    try:
        return zoneinfo.ZoneInfo(name) if name is not None else tzlocal.get_localzone()
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise InputError(
            f"a time zone must have a name of the IANA's database. Received: {name or 'the one of this machine'} "
            f"({error}). Give one with --tz, as Europe/Berlin"
        ) from error
