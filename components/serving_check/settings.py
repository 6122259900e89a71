"""What ServingCheck asks of an exported model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ServingSettings:
    """Limits and extent of the check.

    Args:
        tolerance: Most that a probability may differ from the training path's.
        max_p99_ms: Slowest answer, at the 99th percentile, to a request of one pair, in ms; None reports only.
        max_batch_p99_ms: The same for a request of 64 pairs.
        max_memory_mib: Most resident memory of the process that serves, in MiB; None reports only.
        requests: Most requests of one pair that are timed, within about 3 seconds; a fifth as many of 64 pairs.
        timeout_s: Seconds after which the check is given up, and the model refused.

    Example:
        >>> ServingSettings(max_p99_ms=200).tolerance
        0.0001
    """

    tolerance: float = 1e-4
    max_p99_ms: float | None = 2000
    max_batch_p99_ms: float | None = 60_000
    max_memory_mib: float | None = 4096
    requests: int = 50
    timeout_s: float = 900
