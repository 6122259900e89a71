"""The configuration's section `serving`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from components.serving_check.settings import ServingSettings
from pipeline.section import Section

_DEFAULTS = ServingSettings()
AboveZero = Annotated[float, Field(gt=0)]


class ServingConfig(Section):
    """What the exported model must show in a fresh process before it is pushed."""

    check: bool = Field(True, description="Whether ServingCheck runs; without it nothing is known of the export.")
    tolerance: AboveZero = Field(
        _DEFAULTS.tolerance, description="Most that a served probability may differ from the training path's."
    )
    max_p99_ms: AboveZero | None = Field(
        _DEFAULTS.max_p99_ms, description="Slowest answer to one pair, 99th percentile, in ms; null only reports it."
    )
    max_batch_p99_ms: AboveZero | None = Field(
        _DEFAULTS.max_batch_p99_ms, description="Slowest answer to 64 pairs, 99th percentile, in ms; null only reports."
    )
    max_memory_mib: AboveZero | None = Field(
        _DEFAULTS.max_memory_mib, description="Most resident memory of the serving process, in MiB; null only reports."
    )
    requests: Annotated[int, Field(ge=5, le=10_000)] = Field(
        _DEFAULTS.requests,
        description="Most requests of one pair that are timed, within about 3 s; a fifth as many of 64 pairs.",
    )
    timeout_s: AboveZero = Field(
        _DEFAULTS.timeout_s, description="Seconds after which the check is given up and the model refused."
    )

    def settings(self) -> ServingSettings:
        """Return how ServingCheck is set."""
        return ServingSettings(**self.model_dump(exclude={"check"}))
