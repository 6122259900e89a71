"""What did not fit the schema in a run, read back through ML Metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import tensorflow as tf
from tensorflow_metadata.proto.v0 import anomalies_pb2, statistics_pb2

from components import keys
from components.errors import InputError
from pipeline.lineage import NodeRun

_ANOMALIES_FILE, _STATISTICS_FILE = "SchemaDiff.pb", "FeatureStats.pb"


@dataclass(frozen=True)
class RunAnomalies:
    """What did not fit.

    Attributes:
        features: Names of the features.
        statistics: Statistics of each split that did not fit.
    """

    features: set[str]
    statistics: list[statistics_pb2.DatasetFeatureStatisticsList]


def read_anomalies(nodes: Mapping[str, NodeRun], run_id: str) -> RunAnomalies:
    """Read the anomalies of a run.

    Args:
        nodes: Its executions.
        run_id: Its id.

    Raises:
        InputError: The run did not come to its ExampleValidator.
    """
    if not all(name in nodes and nodes[name].ended_well for name in ("StatisticsGen", "ExampleValidator")):
        raise InputError(f"the run must have come to ExampleValidator. Received: {run_id}, which has not. Run it again")
    statistics = nodes["StatisticsGen"].outputs["statistics"][0].uri
    anomalies = nodes["ExampleValidator"].outputs["anomalies"][0].uri
    found = RunAnomalies(set(), [])
    for split in keys.SPLITS:
        with tf.io.gfile.GFile(f"{anomalies}/Split-{split}/{_ANOMALIES_FILE}", "rb") as file:
            names = anomalies_pb2.Anomalies.FromString(file.read()).anomaly_info.keys()
        if names:
            found.features.update(names)
            with tf.io.gfile.GFile(f"{statistics}/Split-{split}/{_STATISTICS_FILE}", "rb") as file:
                found.statistics.append(statistics_pb2.DatasetFeatureStatisticsList.FromString(file.read()))
    return found
