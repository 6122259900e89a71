"""How the folders and the files of spans are named."""

from __future__ import annotations

import re

SPAN = re.compile(r"span-(\d+)")
VERSION = re.compile(r"v(\d+)")
RECORD_SUFFIXES = (".tfrecord.gz", ".tfrecord")
IMAGES, TEXTS = "images", "texts"


def number_in(pattern: re.Pattern[str], name: str) -> int | None:
    """Returns the number in the name of a span's or a version's folder; None for any other name.

    Example:
        >>> number_in(SPAN, "span-12/")
        12
    """
    found = pattern.fullmatch(name.rstrip("/"))
    return int(found[1]) if found else None


def is_records(name: str) -> bool:
    """Tells whether a file holds records by its name; hidden files do not."""
    return name.endswith(RECORD_SUFFIXES) and not name.startswith(".")
