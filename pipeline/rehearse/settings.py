"""What a rehearsal may use."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

DEFAULT_PIPELINE_ROOT = "minio://mlpipeline/v2/artifacts"


@dataclasses.dataclass(frozen=True)
class RehearsalSettings:
    """Settings of a rehearsal.

    Attributes:
        root: Folder that holds all of it.
        parameters: `name=value` texts.
        volumes: Folders by claim; `volumes/<claim>` in the root for others.
        jobs: Most tasks at once.
        pipeline_root: Where artifacts go, unless the pipeline says so itself.
    """

    root: Path
    parameters: Sequence[str] = ()
    volumes: Mapping[str, Path] = dataclasses.field(default_factory=dict)
    jobs: int = 1
    pipeline_root: str = DEFAULT_PIPELINE_ROOT

    def volume(self, claim: str) -> Path:
        """Return the folder of a claim."""
        return self.volumes.get(claim, self.root / "volumes" / claim)
