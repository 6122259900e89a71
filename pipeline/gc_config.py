"""The configuration's section `gc`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipeline.section import Positive, Section


class GcConfig(Section):
    """What `fusegate gc` keeps: whatever one of these asks for, what is live, and all that it came from."""

    keep_runs: Positive = Field(
        10, description="Latest runs that stay, with their artifacts, which TFX's cache serves."
    )
    keep_versions: Positive = Field(
        5, description="Latest pushed versions that stay, the live one among them, with all that they came from."
    )
    older_than_days: Annotated[float, Field(ge=0)] = Field(7, description="Days within which nothing is removed.")
