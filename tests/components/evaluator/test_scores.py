from __future__ import annotations

from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import pytest
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

from components import keys
from components.evaluator import scores


def extracts(number: int, several: bool) -> dict[str, Any]:
    outputs = {output: np.array([number / 10]) for output in keys.OUTPUTS}
    return {
        "features": {
            keys.ID: np.array([f"m{number}".encode()]),
            keys.GROUP: np.array([b"igrp"]),
            keys.LABEL: np.array([number % 2]),
        },
        "predictions": {scores.CANDIDATE: outputs, scores.BASELINE: outputs} if several else outputs,
    }


@pytest.mark.parametrize("several", [False, True])
def test_scores_of_every_pair_are_written_and_read_back_by_id(tmp_path: Path, several: bool) -> None:
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        _ = (
            pipeline
            | beam.Create([extracts(number, several) for number in (3, 1, 2)])
            | scores.WriteScores(str(tmp_path), several)
        )
    rows = scores.read_scores(str(tmp_path))
    assert [row[keys.ID] for row in rows] == ["m1", "m2", "m3"]
    assert [row[keys.LABEL] for row in rows] == [1, 0, 1]
    assert rows[2][scores.CANDIDATE] == dict.fromkeys(keys.OUTPUTS, 0.3)
    assert (scores.BASELINE in rows[0]) == several


def test_evaluation_that_wrote_no_scores_reads_as_empty(tmp_path: Path) -> None:
    assert scores.read_scores(str(tmp_path)) == []


def test_folder_holds_only_inside_the_evaluation() -> None:
    with scores.written_to("inside"):
        assert scores.scores_folder.get() == "inside"
    with pytest.raises(LookupError):
        scores.scores_folder.get()
