"""Run the probe in a fresh process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from components.serving_check.job import PAIRS_FILE, RESULT_FILE, Job

_ROOT = Path(__file__).parents[2]
_TOLD_LINES = 5


def run_probe(job: Job, records: Sequence[bytes], folder: Path, timeout_s: float) -> dict[str, Any]:
    """Probe a model in a process of its own, and return what it measured.

    Args:
        job: What is measured.
        records: Raw pairs as tf.Examples.
        folder: An empty folder to work in.
        timeout_s: Seconds after which the process is ended.

    Returns:
        Measurements as `components.serving_check.probe` tells them; where the process died or did not end in time, an
        `error` that says so.
    """
    job.save(folder)
    with tf.io.TFRecordWriter(str(folder / PAIRS_FILE)) as writer:
        for record in records:
            writer.write(record)
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))
    environment = {**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "components.serving_check", str(folder)],
            env=environment,
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"missing_files": [], "error": f"it did not end within {timeout_s:g} s"}
    result = folder / RESULT_FILE
    if ended.returncode != 0 or not result.exists():
        last = ended.stderr.decode("utf-8", "replace").strip().splitlines()[-_TOLD_LINES:]
        return {"missing_files": [], "error": f"the process ended with {ended.returncode}: {' / '.join(last)}"}
    return json.loads(result.read_text())
