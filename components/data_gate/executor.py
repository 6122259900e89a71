"""Executor of DataGate: gathers counts and anomalies, applies the rules, and raises on any finding."""

from __future__ import annotations

import json
from typing import Any

from tensorflow_metadata.proto.v0 import anomalies_pb2
from tfx import types
from tfx.components.example_validator import executor as example_validator
from tfx.dsl.components.base import base_executor
from tfx.dsl.io import fileio
from tfx.types import artifact_utils

from components.data_gate import rules
from components.errors import InputError
from components.paired_example_gen import counts


class DataGateError(InputError):
    """Data that must not be trained on.

    Args:
        findings: One line per broken rule.
    """

    def __init__(self, findings: list[str]):
        self.findings = findings
        super().__init__("DataGate stopped the run before training:\n" + "\n".join(f"  - {line}" for line in findings))


class Executor(base_executor.BaseExecutor):
    """Raises `DataGateError` unless the examples may be trained on."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Apply every rule, so that one run reports all that must be mended."""
        examples = artifact_utils.get_single_instance(input_dict["examples"])
        quarantine = artifact_utils.get_single_instance(input_dict["quarantine"])
        anomalies = artifact_utils.get_single_instance(input_dict["anomalies"])
        by_split = counts.read_examples(examples.mlmd_artifact)
        usable = sum(sum(labels.values()) for labels in by_split.values())
        findings = [
            *rules.bad_share_findings(
                usable, counts.read_quarantine(quarantine.mlmd_artifact), exec_properties["max_bad_share"]
            ),
            *rules.class_findings(by_split, exec_properties["min_per_class"]),
            *rules.anomaly_findings(_descriptions(anomalies)),
        ]
        if findings:
            raise DataGateError(findings)
        output = artifact_utils.get_single_instance(output_dict["findings"])
        output.split_names = anomalies.split_names
        output.set_string_custom_property("findings", json.dumps(findings))


def _descriptions(artifact: types.Artifact) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for split in artifact_utils.decode_split_names(artifact.split_names):
        path = f"{artifact_utils.get_split_uri([artifact], split)}/{example_validator.DEFAULT_FILE_NAME}"
        with fileio.open(path, "rb") as file:
            proto = anomalies_pb2.Anomalies.FromString(file.read())
        found[split] = {name: info.description for name, info in proto.anomaly_info.items()}
        if proto.HasField("dataset_anomaly_info"):
            found[split]["(dataset)"] = proto.dataset_anomaly_info.description
    return found
