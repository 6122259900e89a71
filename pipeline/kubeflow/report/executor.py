"""Executor of Report: from the other nodes' artifacts to the page, by way of the summary that a local run makes."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils
from tfx.utils import io_utils

from components.evaluator.adjust import ADJUSTABLE
from components.kubeflow_entrypoint.artifact_uri import artifact_uri
from components.receipt.find import IN_RUN
from pipeline.config import Config
from pipeline.ended_run import Run
from pipeline.kubeflow.report.sources import SOURCES
from pipeline.lineage import NodeRun
from pipeline.report.page import write_report
from pipeline.report.run_summary import RunSummary
from pipeline.summarize import summarize

CONFIG_PROPERTY, RUN_PROPERTY, STARTED_PROPERTY = "config", "run_id", "started"
REPORT_FILE, SUMMARY_FILE = "report.html", "summary.json"


class Executor(base_executor.BaseExecutor):
    """Writes `report.html`, `summary.json` and a copy of the receipt."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Make the page; seconds by node are left out, since no node is told them."""
        folder = Path(artifact_utils.get_single_uri(output_dict["report"]))
        folder.mkdir(parents=True, exist_ok=True)
        io_utils.copy_dir(artifact_utils.get_single_uri(input_dict["receipt"]), str(folder / IN_RUN))
        started, seconds = _since(exec_properties[STARTED_PROPERTY])
        run = Run(
            config=_as_run(exec_properties),
            run_id=exec_properties[RUN_PROPERTY],
            folder=folder,
            started=started,
            seconds=seconds,
            nodes=_nodes(input_dict),
            failure=None,
        )
        summary = _as_known_elsewhere(summarize(run))
        summary.save(folder / SUMMARY_FILE)
        write_report(summary, folder / REPORT_FILE)


def _as_known_elsewhere(summary: RunSummary) -> RunSummary:
    """Name the artifacts by their URIs: the container's own paths go with it."""
    return dataclasses.replace(
        summary, receipt=artifact_uri(summary.receipt), quarantine_path=artifact_uri(summary.quarantine_path)
    )


def _nodes(input_dict: dict[str, list[types.Artifact]]) -> dict[str, NodeRun]:
    """The nodes as a local run finds them in MLMD."""
    nodes: dict[str, NodeRun] = {}
    for name, (node, key) in SOURCES.items():
        found = nodes.setdefault(node, NodeRun(node, "COMPLETE", None, {}, 0))
        found.outputs[key] = [artifact.mlmd_artifact for artifact in input_dict[name]]
    return nodes


def _as_run(exec_properties: dict[str, Any]) -> Config:
    """The configuration with what this run was given."""
    fields = json.loads(exec_properties[CONFIG_PROPERTY])
    span = exec_properties["span"]
    fields["data"] |= {
        "root": exec_properties["data_root"],
        "span": int(span) if span.isdecimal() else span,
        "window": exec_properties["window"],
    }
    fields["train"] |= {"epochs": exec_properties["epochs"]}
    fields["gate"] |= {name: exec_properties[name] for name in ADJUSTABLE if exec_properties.get(name) is not None}
    return Config.model_validate(fields | {"push_to": exec_properties["push_to"]})


def _since(text: str) -> tuple[datetime.datetime, float | None]:
    """When the run started, and how long ago; a backend that does not know the placeholder leaves it as it is."""
    now = datetime.datetime.now(datetime.timezone.utc)
    try:
        started = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return now, None
    return started, (now - started).total_seconds()
