"""The configuration's section `feature_cache`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from pipeline.section import Section

OUTPUT = "output"
FOLDER = "features"


class FeatureCacheConfig(Section):
    """Where the frozen encoders' vectors are kept across runs."""

    location: Annotated[str, Field(min_length=1)] | None = Field(
        OUTPUT,
        description="`output`: the folder `features` in the output folder; or a path or URI that pyarrow opens, as "
        "`/srv/features` or `s3://bucket/features`, which pipelines may share; null keeps none.",
    )

    def place(self, output: Path) -> str | None:
        """Return the location, given the pipeline's output folder, or None where no vectors are kept."""
        return str(output / FOLDER) if self.location == OUTPUT else self.location
