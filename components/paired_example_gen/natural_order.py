"""The order that people expect of numbered names."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(\d+)")


def natural_order(name: str) -> tuple[list[str | int], str]:
    """Return what names are sorted by, so that their numbers count as such.

    Example:
        >>> sorted(["span-10/a", "span-2/a"], key=natural_order)
        ['span-2/a', 'span-10/a']
    """
    return [int(part) if place % 2 else part for place, part in enumerate(_NUMBER.split(name))], name
