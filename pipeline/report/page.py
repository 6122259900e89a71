"""The report page: one HTML file that needs nothing else, neither network nor scripts."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

from components.page.render import render_page
from pipeline.report.charts import NAMES, interval_chart, reliability_chart, roc_chart, timing_chart
from pipeline.report.run_summary import RunSummary

TEMPLATE = "template.html.j2"


def write_report(summary: RunSummary, out: Path) -> Path:
    """Write the page of one run.

    Texts and ids come from strangers: they are escaped, and the page's own policy forbids scripts and any loading.

    Args:
        summary: What the run did and found; whatever is empty in it is left out of the page.
        out: HTML file to write; its folder is made if need be.

    Returns:
        `out`.
    """
    from markupsafe import Markup

    charts = {name: Markup(svg) for name, svg in _charts(summary).items()}
    labels = sorted({label for counts in summary.counts.values() for label in counts})
    html = render_page(Path(__file__).parent / TEMPLATE, FILTERS, run=summary, charts=charts, labels=labels)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(html, encoding="utf-8", errors="replace")
    return out


def _charts(run: RunSummary) -> dict[str, str]:
    charts = dict.fromkeys(("roc", "aucs", "gain", "nodes", "reliability"), "")
    if run.scores and set(run.scores.labels) == {0, 1}:
        charts["roc"] = roc_chart(run.scores, run.aucs)
    if run.aucs:
        charts["aucs"] = interval_chart(run.aucs, "AUC on the test split")
    differences = {}
    if run.gain:
        differences["over best part"] = run.gain.difference
    if run.fused_minus_late:
        differences["over late fusion"] = run.fused_minus_late
    if differences:
        charts["gain"] = interval_chart(differences, "What the fused model gains in AUC", zero=True)
    if run.training and run.training.reliability:
        charts["reliability"] = reliability_chart(run.training.reliability)
    if run.nodes:
        charts["nodes"] = timing_chart(run.nodes)
    return charts


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{seconds:.1f} s"


def _title(output: str) -> str:
    return NAMES.get(output, output)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


FILTERS: dict[str, Callable[[Any], str]] = {"duration": _duration, "base64": _base64, "title": _title}
