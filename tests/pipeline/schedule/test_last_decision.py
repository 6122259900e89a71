from __future__ import annotations

from pathlib import Path

from pipeline.schedule.last_decision import last_decision


def test_last_whole_line_is_taken_and_one_that_a_kill_left_unfinished_is_not(tmp_path: Path) -> None:
    assert last_decision(tmp_path) is None
    file = tmp_path / "retrain" / "decisions.jsonl"
    file.parent.mkdir()
    file.write_text('{"decision": "waits"}\n{"decision": "retrains"}\n{"decision": "no')
    assert last_decision(tmp_path) == {"decision": "retrains"}
    file.write_text("[1]\nnothing\n")
    assert last_decision(tmp_path) is None
