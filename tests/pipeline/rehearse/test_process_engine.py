from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.rehearse.engine import Job
from pipeline.rehearse.process_engine import ProcessEngine


def prepared(value: Any) -> Any:
    job = Job("a-1", "", {}, frozenset(), Path("/scratch"), {"/mnt/fusegate": Path("/here/volume")}, Path("log"))
    given = {
        "inputs": {"parameterValues": {"x": value}, "artifacts": {}},
        "outputs": {"parameters": {}, "artifacts": {}, "outputFile": "/minio/b/output_metadata.json"},
    }
    found = ProcessEngine().prepare(given, job)
    assert found["outputs"]["outputFile"] == "/scratch/minio/b/output_metadata.json"
    return found["inputs"]["parameterValues"]["x"]


@pytest.mark.parametrize(
    ("value", "replaced"),
    [
        ("/mnt/fusegate", "/here/volume"),
        ("/mnt/fusegate/data", "/here/volume/data"),
        ('{"checkpoints": "/mnt/fusegate/output"}', '{"checkpoints": "/here/volume/output"}'),
        ("/mnt/fusegate-old/data", "/mnt/fusegate-old/data"),
        (60, 60),
    ],
)
def test_path_of_a_volume_is_replaced_wherever_it_stands(value: Any, replaced: Any) -> None:
    assert prepared(value) == replaced
