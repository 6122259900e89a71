"""What every section of the configuration has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[int, Field(gt=0)]


class Section(BaseModel):
    """A section that does not change and knows no key but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")
