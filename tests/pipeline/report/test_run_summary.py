"""A summary survives the way through JSON."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from components.errors import InputError
from pipeline.report.interval import Interval
from pipeline.report.run_summary import Example, FeatureCounts, Gain, Node, Rule, RunSummary, Scores

PLAIN = RunSummary("memes", "run-1", "2030-01-02T03:04:05+00:00", 12.3, 7, "failed", "DataGate failed.")


def test_summary_with_pictures_and_nested_parts_survives_json(tmp_path: Path) -> None:
    summary = replace(
        PLAIN,
        verdict="pushed",
        rules=[Rule("gain", None, "> 0", None)],
        gain=Gain(Interval(0.1, 0.05, 0.2), "text_only", 0.95),
        scores=Scores([0, 1], {"fused": [0.1, 0.9]}),
        nodes=[Node("Trainer", 1.5, cached=True)],
        features={"image": FeatureCounts(3, 4, 3, 0), "text": FeatureCounts(7)},
        examples=[Example("1", bytes(range(256)), "tëxt", 1, {"fused": 0.5})],
    )
    assert RunSummary.load(summary.save(tmp_path / "summary.json")) == summary


def test_infinite_and_undefined_numbers_survive_json(tmp_path: Path) -> None:
    summary = replace(PLAIN, fused_minus_late=Interval(float("nan"), float("-inf"), float("inf")))
    loaded = RunSummary.load(summary.save(tmp_path / "summary.json"))
    assert repr(loaded.fused_minus_late) == repr(summary.fused_minus_late)


@pytest.mark.parametrize("content", ["", "{}", '{"name": 1}', "[]"])
def test_file_that_holds_no_summary_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "summary.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="JSON summary"):
        RunSummary.load(path)
