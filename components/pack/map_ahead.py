"""Map over items with threads, in order and with few of them in memory."""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_MOST_THREADS = 4
THREADS = min(_MOST_THREADS, os.cpu_count() or 1)


def map_ahead(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yields what a function makes of each item, in order; a thread or two work ahead of who takes the results.

    Pillow decodes, zlib inflates and hashlib digests without Python's lock, so that threads share the cores.

    Args:
        function: The function; it must be safe to call in several threads. What it raises is raised at its place.
        items: The items; at most twice as many as there are threads are held at a time.

    Example:
        >>> list(map_ahead(str.upper, ["a", "b"]))
        ['A', 'B']
    """
    ahead: deque[Future[Result]] = deque()
    # Each thread's own `catch_warnings` would restore what another had set: this one restores what was there before.
    with warnings.catch_warnings(), ThreadPoolExecutor(THREADS) as pool:
        try:
            for item in items:
                ahead.append(pool.submit(function, item))
                if len(ahead) >= 2 * THREADS:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()
