"""Where the feature cache lies, in the environment of the process that runs the executor.

TFX keys its own cache by parameters, Beam options and everything else that a component carries. A cache that moved
must not make anything run again, so its location is none of those.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from components.feature_cache.place import Place

VARIABLE = "FUSEGATE_FEATURE_CACHE"


def cache_location() -> str | None:
    """Return the location of the feature cache, as `Place.of` takes it, or None where no vectors are kept."""
    return os.environ.get(VARIABLE) or None


@contextlib.contextmanager
def at_cache_location(location: str | None) -> Iterator[None]:
    """Set the location for the executors of this process, and put back what was there.

    Args:
        location: As `Place.of` takes it; None keeps no vectors. The folder is made.

    Raises:
        InputError: The location cannot be used.

    Example:
        >>> with at_cache_location("/srv/features"):
        ...     LocalDagRunner().run(pipeline)
    """
    if location is not None:
        Place.of(location).make()
    before = os.environ.get(VARIABLE)
    _put(location)
    try:
        yield
    finally:
        _put(before)


def _put(location: str | None) -> None:
    if location is None:
        os.environ.pop(VARIABLE, None)
    else:
        os.environ[VARIABLE] = location
