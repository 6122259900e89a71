"""The report page: complete, escaped, self-contained, and there for failed runs too."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from components.keys import OUTPUTS
from pipeline.report.interval import Interval
from pipeline.report.page import write_report
from pipeline.report.run_summary import (
    Example,
    FeatureCounts,
    Gain,
    Node,
    Rule,
    RunSummary,
    Scores,
    ServingFinding,
    Slice,
)
from pipeline.report.training import HeadChoice, ReliabilityBin, Training

NAN = float("nan")
HOSTILE = "<script>alert('x')</script><img src=http://evil.example/a.png onerror=alert(1)> {{ 7*7 }} \ud800"
LOADING = {"src", "href", "xlink:href", "srcset", "action", "data", "poster", "background"}


class _Elements(HTMLParser):
    """Collects the tags, attributes and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def _parse(page: Path) -> _Elements:
    elements = _Elements()
    elements.feed(page.read_text(encoding="utf-8"))
    return elements


def _jpeg() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (64, 64), "orange").save(data, "JPEG")
    return data.getvalue()


def _failed() -> RunSummary:
    return RunSummary(
        "memes", "run-1", "2030-01-02T03:04:05+00:00", 12.3, 7, "failed", "DataGate failed.", error="2 anomalies"
    )


def _pushed(rows: int = 200) -> RunSummary:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, rows)
    outputs = {name: np.clip(labels * 0.4 + rng.uniform(0, 0.6, rows), 0, 1).tolist() for name in OUTPUTS}
    example = Example("pair-1", _jpeg(), HOSTILE, 1, dict.fromkeys(OUTPUTS, 0.25), "Surely wrong")
    return replace(
        _failed(),
        verdict="pushed",
        headline="The fused model is live.",
        error="",
        reasons=["The gain's lower bound is above 0."],
        rules=[Rule("Gain", 0.043, "> 0", True), Rule("AUC", 0.5, "≥ 0.6", False), Rule("Change", None, "≥ 0", None)],
        changes=["gate.min_auc was met by 0.0400."],
        notes=["A test split of 301 pairs can show little."],
        served="late",
        slices={
            "language=<b>en</b>": Slice(77, dict.fromkeys(OUTPUTS, 0.7345), Interval(0.0312, -0.002, 0.06)),
            "language=de": Slice(12, dict.fromkeys(OUTPUTS, NAN), Interval(NAN, NAN, NAN)),
        },
        serving=[ServingFinding("corrupt picture", False, "it spoils its neighbours by 0.3")],
        receipt="runs/run-1/receipt/receipt.html",
        baseline="Nothing was live yet.",
        aucs={name: Interval(0.8123, 0.75, 0.86) for name in OUTPUTS},
        gain=Gain(Interval(0.0517, 0.011, 0.09), "text_only", 0.95),
        fused_minus_late=Interval(-0.0021, -0.01, 0.01),
        scores=Scores(labels.tolist(), outputs),
        training=Training(
            heads=[
                HeadChoice("late", Interval(0.71, 0.66, 0.77), 0.09, 0.02, False),
                HeadChoice("residual", Interval(0.8, 0.75, 0.85), 0.0, 0.0, True),
            ],
            branches={"text_only: lexical": 0.6789},
            threshold=0.437,
            aim="recall",
            precision=0.912,
            recall=0.345,
            calibration_error=0.021,
            reliability=[ReliabilityBin(40, 0.05, 0.1), ReliabilityBin(60, 0.95, 0.9)],
            warnings=["FG011 <b>hostile</b>"],
        ),
        counts={"train": {"0": 1360, "1": 358}, "test": {"0": 150, "1": 151}},
        audit=[("Groups (by both)", "298 of 1,200 pairs"), ("Fault", HOSTILE)],
        data_warnings=[HOSTILE],
        quarantine={"image cannot be decoded": 3},
        quarantine_path="quarantine/span-1.jsonl",
        nodes=[Node("Trainer", 34.2), Node("StatisticsGen", 3.1, cached=True), Node("Pusher", 0.0, state="skipped")],
        features={"image": FeatureCounts(1234, 5678, 1234, 2), "text": FeatureCounts(4321)},
        examples=[replace(example, id=f"pair-{index}") for index in range(12)],
        pushed_to="serving/memes",
        pushed_version="12",
        versions={"tfx": "1.2.3"},
        paths={"model": "root/Trainer/model/9"},
        config="seed: 7\n",
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(_pushed(), tmp_path_factory.mktemp("report") / "new" / "report.html")


def test_every_fact_of_the_run_is_on_the_page(page: Path) -> None:
    text = _parse(page).text
    facts = [
        "pushed", "The fused model is live.", "run-1", "seed 7", "serving/memes", "12",
        "0.812", "0.750 to 0.860", "+0.052", "+0.011 to +0.090", "−0.002", "confidence 95 %",
        "✓ met", "✗ not met", "not asked", "Nothing was live yet.",
        "1,718", "301", "298", "image cannot be decoded", "quarantine/span-1.jsonl",
        "Trainer", "34.2 s", "3.1 s cached", "0.0 s skipped",
        "residual ✓ taken", "0.660 to 0.770", "0.090 ± 0.020", "text_only: lexical", "0.679", "0.437", "aim: recall",
        "0.912", "0.345", "0.021", "FG011 <b>hostile</b>",
        "gate.min_auc was met by 0.0400.", "late fusion is served", "language=<b>en</b>", "77", "0.735",
        "−0.002 to +0.060", "language=de", "corrupt picture", "it spoils its neighbours by 0.3",
        "A test split of 301 pairs can show little.", "runs/run-1/receipt/receipt.html",
        "1,234", "5,678", "2 damaged segments of the image vectors", "4,321", "no cache",
        "Surely wrong", "pair-11", "0.25", "1.2.3", "root/Trainer/model/9", "seed: 7",
    ]  # fmt: skip
    assert [fact for fact in facts if fact not in text] == []


def test_charts_are_inline_and_described(page: Path) -> None:
    elements = _parse(page)
    assert elements.tags.count("svg") == 5
    assert sum(1 for name, value in elements.attributes if (name, value) == ("role", "img")) >= 4
    assert elements.tags.count("img") == sum(name == "alt" and value != "" for name, value in elements.attributes) == 12


def test_strangers_texts_are_escaped(page: Path) -> None:
    elements = _parse(page)
    assert "script" not in elements.tags
    assert not [name for name, _ in elements.attributes if name.startswith("on")]
    assert elements.text.count("<script>alert('x')</script>") == 12 + 2
    assert "{{ 7*7 }}" in elements.text


def test_hostile_names_are_escaped_inside_charts_and_attributes(tmp_path: Path) -> None:
    hostile = '"><script>alert(1)</script>'
    summary = _pushed()
    summary = replace(
        summary,
        name=hostile,
        nodes=[Node(hostile, 1.0)],
        scores=Scores(summary.scores.labels, {hostile: summary.scores.outputs["fused"]}) if summary.scores else None,
        aucs={hostile: Interval(0.8, 0.7, 0.9)},
        examples=[Example(hostile, _jpeg(), "text", 1, {hostile: 0.5}, hostile)],
        quarantine={hostile: 1},
        slices={hostile: Slice(1, {hostile: 0.5}, Interval(0.1, 0.0, 0.2))},
    )
    assert "script" not in _parse(write_report(summary, tmp_path / "report.html")).tags


def test_page_loads_nothing_from_anywhere(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    elements = _parse(page)
    loads = [value for name, value in elements.attributes if name in LOADING]
    assert len(loads) == 12
    assert all(value.startswith("data:image/jpeg;base64,") for value in loads)
    assert not {"link", "iframe", "object", "embed", "base"} & set(elements.tags)
    assert not re.search(r"url\(\s*['\"]?(?!#)|@import", html)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:") in elements.attributes


def test_failed_run_shows_its_error_and_nothing_it_did_not_get_to(tmp_path: Path) -> None:
    summary = replace(_failed(), nodes=[Node("DataGate", 0.4, state="failed")])
    elements = _parse(write_report(summary, tmp_path / "report.html"))
    assert "2 anomalies" in elements.text
    assert "0.4 s failed" in elements.text
    assert elements.tags.count("svg") == 1
    for heading in ("How good the model is", "Examples", "Quarantine", "Configuration"):
        assert heading not in elements.text


def test_summary_without_optional_parts_still_makes_a_page(tmp_path: Path) -> None:
    assert "DataGate failed." in _parse(write_report(_failed(), tmp_path / "report.html")).text


def test_test_split_of_one_label_has_no_roc_curve_but_a_page(tmp_path: Path) -> None:
    summary = replace(_failed(), scores=Scores([1, 1], {"fused": [0.2, 0.4]}))
    assert "svg" not in _parse(write_report(summary, tmp_path / "report.html")).tags


def test_unmeasured_numbers_are_shown_as_missing(tmp_path: Path) -> None:
    nan = float("nan")
    summary = replace(_failed(), fused_minus_late=Interval(nan, nan, nan), rules=[Rule("AUC", nan, "≥ 0.6", False)])
    text = _parse(write_report(summary, tmp_path / "report.html")).text
    assert "nan" not in text.lower()
    assert "– to –" in text


def test_large_test_split_keeps_the_page_small(tmp_path: Path) -> None:
    assert write_report(_pushed(rows=20_000), tmp_path / "report.html").stat().st_size < 1_500_000
