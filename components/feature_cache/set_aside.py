"""Take a segment that is not what its name says out of use."""

from __future__ import annotations

import logging

from components.feature_cache.last_used import mark_of
from components.feature_cache.place import Place
from components.feature_cache.segment import ENDING

DAMAGED = ".damaged"
_LOG = logging.getLogger("fusegate.feature_cache")


def set_aside(folder: Place, name: str, why: str) -> bool:
    """Rename a damaged segment, so that nobody reads it again, and say so.

    Args:
        folder: The encoder's folder.
        name: The segment's name.
        why: What is wrong with it.

    Returns:
        False where another process was faster.
    """
    try:
        folder.files.move(folder.file(name), folder.file(f"{name.removesuffix(ENDING)}{DAMAGED}"))
    except FileNotFoundError:
        return False
    folder.remove(mark_of(name))
    _LOG.warning("feature cache: %s is damaged (%s) and set aside; its vectors are computed anew", name, why)
    return True
