"""The report's charts as inline SVG: Vega-Lite specifications, rendered by vl-convert.

The specifications are written out: importing Altair, which would only assemble the same dictionaries, takes longer
than the rest of the report. Colours are CSS variables of the page, so that the charts follow its light and dark theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.keys import FUSED, IMAGE_ONLY, LATE, TEXT_ONLY
from pipeline.report.interval import Interval
from pipeline.report.roc import roc_points
from pipeline.report.run_summary import Node, Scores
from pipeline.report.training import ReliabilityBin

NAMES = {FUSED: "fused", IMAGE_ONLY: "image only", TEXT_ONLY: "text only", LATE: "late fusion"}
COLOURS = {FUSED: "var(--fused)", IMAGE_ONLY: "var(--image)", TEXT_ONLY: "var(--text)", LATE: "var(--late)"}
STROKES = {FUSED: 3, IMAGE_ONLY: 2, TEXT_ONLY: 2, LATE: 1}
STATE_COLOURS = {"complete": "var(--fused)", "cached": "var(--late)", "skipped": "var(--late)", "failed": "var(--bad)"}

CONFIG = {
    "background": "transparent",
    "view": {"stroke": "transparent"},
    "axis": {
        "labelColor": "var(--ink)",
        "titleColor": "var(--ink)",
        "gridColor": "var(--line)",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 0,
    },
    "legend": {"labelColor": "var(--ink)", "labelFontSize": 12, "symbolStrokeWidth": 3, "labelLimit": 0},
}

# Room for names is reserved, as the reader's font may be wider than the one that the chart is laid out with.
NAMES_POSITION = {
    "field": "name",
    "type": "nominal",
    "sort": None,
    "title": None,
    "axis": {"grid": False, "ticks": False, "minExtent": 125},
}

Spec = dict[str, Any]


def roc_chart(scores: Scores, aucs: Mapping[str, Interval]) -> str:
    """Draw the ROC curves of all outputs.

    Args:
        scores: The test split; both labels must occur.
        aucs: AUC by output, for the legend.

    Returns:
        An SVG element.
    """
    titles = {
        name: f"{NAMES.get(name, name)} {aucs[name].value:.3f}" if name in aucs else name for name in scores.outputs
    }
    rows = [
        {"output": titles[name], "x": x, "y": y, "rank": rank, "width": STROKES.get(name, 1)}
        for name, values in scores.outputs.items()
        for rank, (x, y) in enumerate(roc_points(scores.labels, values))
    ]
    legend = {"title": None, "orient": "bottom-right", "symbolType": "stroke", "symbolSize": 250, "padding": 8}
    colours = {title: COLOURS.get(name, "var(--ink)") for name, title in titles.items()}
    curves = {
        "data": {"values": rows},
        "mark": {"type": "line", "interpolate": "linear"},
        "encoding": {
            "x": _quantitative("x", "False positive rate"),
            "y": _quantitative("y", "True positive rate"),
            "order": {"field": "rank", "type": "quantitative"},
            "color": _colour("output", colours, legend),
            "strokeWidth": {"field": "width", "type": "quantitative", "scale": None, "legend": None},
        },
    }
    chance = {
        "data": {"values": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]},
        "mark": {"type": "line", "color": "var(--late)", "strokeDash": [4, 4], "strokeWidth": 1},
        "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}},
    }
    return _svg({"width": 430, "height": 380, "layer": [chance, curves]})


def interval_chart(intervals: Mapping[str, Interval], title: str, zero: bool = False) -> str:
    """Draw values with their confidence bounds, one below the other.

    Args:
        intervals: Values by name; the name of an output gets the output's colour.
        title: Title of the horizontal axis.
        zero: Whether to mark zero, for differences.

    Returns:
        An SVG element.
    """
    rows = [
        {"name": NAMES.get(name, name), "value": each.value, "lower": each.lower, "upper": each.upper}
        for name, each in intervals.items()
    ]
    colours = {NAMES.get(name, name): COLOURS.get(name, "var(--ink)") for name in intervals}
    axis = {"title": title, "type": "quantitative", "scale": {"zero": zero, "padding": 8}, "axis": {"tickCount": 5}}
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.55},
            "encoding": {"x": {"field": "lower", **axis}, "x2": {"field": "upper"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
            "encoding": {"x": {"field": "value", **axis}},
        },
        {
            "mark": {"type": "text", "dy": -13, "fontSize": 12, "fontWeight": "bold"},
            "encoding": {
                "x": {"field": "value", **axis},
                "text": {"field": "value", "type": "quantitative", "format": "+.3f" if zero else ".3f"},
            },
        },
    ]
    for layer in layers:
        layer["encoding"] |= {"y": NAMES_POSITION, "color": _colour("name", colours)}
    if zero:
        layers.insert(0, {"mark": {"type": "rule", "color": "var(--ink)"}, "encoding": {"x": {"datum": 0, **axis}}})
    return _svg({"width": 330, "height": {"step": 44}, "data": {"values": rows}, "layer": layers})


def reliability_chart(bins: list[ReliabilityBin]) -> str:
    """Draw the share of positives against the probability that was told; the dashed line is perfect calibration.

    Args:
        bins: At least one; a larger bin is a larger point.

    Returns:
        An SVG element.
    """
    rows = [{"x": each.probability, "y": each.positives, "count": each.count} for each in bins]
    points = {
        "data": {"values": rows},
        "mark": {"type": "point", "filled": True, "opacity": 1, "color": "var(--fused)"},
        "encoding": {
            "x": _quantitative("x", "Probability told"),
            "y": _quantitative("y", "Share of label 1"),
            "size": {"field": "count", "type": "quantitative", "legend": None, "scale": {"range": [30, 260]}},
        },
    }
    line = {
        "data": {"values": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]},
        "mark": {"type": "line", "color": "var(--late)", "strokeDash": [4, 4], "strokeWidth": 1},
        "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}},
    }
    return _svg({"width": 300, "height": 260, "layer": [line, points]})


def timing_chart(nodes: list[Node]) -> str:
    """Draw how long each node took, in the order they ran; nodes served from the cache are grey.

    Args:
        nodes: At least one node.

    Returns:
        An SVG element.
    """
    rows = []
    for node in nodes:
        state = "cached" if node.cached else node.state
        note = "" if state == "complete" else f" {state}"
        rows.append(
            {"name": node.name, "seconds": node.seconds, "state": state, "label": f"{node.seconds:.1f} s{note}"}
        )
    length = {
        "field": "seconds",
        "type": "quantitative",
        "title": "Seconds",
        "scale": {"domain": [0, 1.2 * max(0.1, *(node.seconds for node in nodes))]},
    }
    layers = [
        {"mark": {"type": "bar", "cornerRadiusEnd": 3}, "encoding": {"color": _colour("state", STATE_COLOURS)}},
        {
            "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 12, "color": "var(--ink)"},
            "encoding": {"text": {"field": "label", "type": "nominal"}},
        },
    ]
    shared = {"x": length, "y": NAMES_POSITION}
    return _svg({"width": 420, "height": {"step": 26}, "data": {"values": rows}, "encoding": shared, "layer": layers})


def _quantitative(field: str, title: str) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [0, 1]},
        "axis": {"tickCount": 5},
    }


def _colour(field: str, colours: Mapping[str, str], legend: Spec | None = None) -> Spec:
    scale = {"domain": list(colours), "range": list(colours.values())}
    return {"field": field, "type": "nominal", "scale": scale, "legend": legend}


def _svg(spec: Spec) -> str:
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg({**spec, "config": CONFIG})
    return svg
