"""A push that is killed leaves the old version served, whole, wherever it is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tensorflow as tf

from components.live_model import registry
from components.live_model.files_digest import files_digest

ROOT = Path(__file__).parents[3]


def save(folder: Path, weights: float) -> str:
    module = tf.Module()
    module.weights = tf.Variable([weights] * 1000)
    tf.saved_model.save(module, str(folder))
    return files_digest(str(folder))


@pytest.mark.slow
def test_push_killed_at_every_file_that_it_touches_leaves_the_old_version_served(tmp_path: Path) -> None:
    models = tmp_path / "models"
    old, new = save(models / "7", 1.0), save(tmp_path / "model" / "Format-Serving", 2.0)
    for name in ("reference", "receipt", "model_blessing"):
        (tmp_path / name / "inside").mkdir(parents=True)
        (tmp_path / name / "inside" / "file").write_text(name)
    (models / "registry" / "7.receipt").mkdir(parents=True)
    empty = files_digest(str(models / "registry" / "7.receipt"))
    record = registry.Record(7, "", "", "", "", "", "", files_digest=old, receipt_digest=empty)
    registry.write_record(str(models), record)
    script = [sys.executable, str(Path(__file__).parent / "kill_pushes.py"), str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(script, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    ends = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    *killed, last = ends
    assert len(killed) > 10
    assert last["code"] == 0
    for end in ends:
        assert end["versions"].pop("7") == old
        assert set(end["versions"].values()) <= {new}
        # The live version comes with its own record and its own receipt, old or new.
        assert end["record"] == (old if end["live"] == 7 else new)
        assert end["receipt"]
    assert killed[0]["live"] == 7
    assert last["live"] != 7
    assert not list(models.rglob(".staging-*"))
