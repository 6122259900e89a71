"""Imports that last as long as the process."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def lasting_imports() -> Iterator[None]:
    """Leave what is imported within it out of garbage collection, now and for good.

    The collector goes over all that was imported so far again and again, and once more when the process ends: with
    TensorFlow these are nearly two seconds in which it finds next to nothing. Enter it once in a process, before any
    work: garbage that lies about at its end is never collected.

    Example:
        >>> with lasting_imports():
        ...     import tensorflow
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if collects:
            gc.enable()
