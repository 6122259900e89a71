"""What the process that probes a model is told, and what it tells."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from components.pairs.limits import PairLimits

JOB_FILE, PAIRS_FILE, RESULT_FILE = "job.json", "pairs.tfrecord", "result.json"
# Pairs of a large request.
LARGE = 64


@dataclass(frozen=True)
class Job:
    """One check of one SavedModel; the raw pairs lie beside it as tf.Examples.

    Args:
        model: The SavedModel's folder.
        variant: The output that it must serve as `probability`.
        limits: What a picture of a request may be at most.
        training_path: Scores by output of some pairs, by id.
        requests: Requests of one pair that are timed.
    """

    model: str
    variant: str
    limits: PairLimits
    training_path: dict[str, dict[str, float]]
    requests: int

    def save(self, folder: Path) -> None:
        """Write the job into its folder."""
        (folder / JOB_FILE).write_text(json.dumps(asdict(self)))


def read_job(folder: Path) -> Job:
    """Read the job of a folder."""
    told: dict[str, Any] = json.loads((folder / JOB_FILE).read_text())
    return Job(**told | {"limits": PairLimits(**told["limits"])})
