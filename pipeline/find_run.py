"""Find a run's folder by its id, and read what its summary says, without TFX."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from components.errors import InputError

LATEST = "latest"
RUNS = "runs"
SUMMARY_FILE = "summary.json"


def find_run(output: Path, run: str) -> Path:
    """Find a run's folder.

    Args:
        output: The output folder of a configuration.
        run: A run's id, or `latest`.

    Raises:
        InputError: There is no such run.
    """
    runs = sorted(path.name for path in (output / RUNS).glob("*") if path.is_dir())
    if not runs:
        raise InputError(f"the output folder must hold runs. Received: {output}, which holds none. Run the pipeline")
    name = runs[-1] if run == LATEST else run
    if name not in runs:
        raise InputError(f"the run must be one of {output}. Received: {run}. The last ones are: {', '.join(runs[-5:])}")
    return output / RUNS / name


def read_summary(folder: Path) -> dict[str, Any]:
    """Read the summary of a run.

    Raises:
        InputError: The run left none: it goes on, or was killed.
    """
    path = folder / SUMMARY_FILE
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"a run that has ended has a {SUMMARY_FILE}. Received: {folder}, which has none that can be read. "
            "Wait for the run, or run again: what was finished is kept"
        ) from error
