"""How a run's end is read from its exit code and its folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.retrain.outcome import read_outcome

KEPT = "what was finished is kept"


@pytest.mark.parametrize(
    ("code", "outcome", "exit_code", "said"),
    [
        (
            None,
            "over_budget",
            1,
            "The run was ended after 5 minutes (retrain.budget_minutes); what was finished is kept",
        ),
        (130, "interrupted", 130, f"The run was interrupted; {KEPT}"),
        (-15, "interrupted", 130, f"The run was interrupted; {KEPT}"),
        (-9, "failed", 1, f"The run was killed by signal 9; {KEPT}"),
        (1, "failed", 1, "The run ended with exit code 1; its message stands above"),
        (2, "failed", 2, "The run ended with exit code 2; its message stands above"),
    ],
)
def test_end_without_a_summary(tmp_path: Path, code: int | None, outcome: str, exit_code: int, said: str) -> None:
    ended = read_outcome(tmp_path, set(), code, 7, 5)
    assert (ended.outcome, ended.exit_code, ended.said, ended.run_id) == (outcome, exit_code, said, "")


def test_failure_is_told_as_its_summary_has_it_on_one_line(tmp_path: Path) -> None:
    for run, error in (("run-1", "old"), ("run-2", "DataGate stopped the run:\n  - one\n  - two")):
        folder = tmp_path / "runs" / run
        folder.mkdir(parents=True)
        (folder / "summary.json").write_text(json.dumps({"verdict": "failed", "headline": "Failed", "error": error}))
    ended = read_outcome(tmp_path, {"run-1"}, 2, 7, 5)
    assert (ended.run_id, ended.said) == ("run-2", "Failed: DataGate stopped the run: - one - two")
