"""The statistics that a later run is compared with: written by DataGate, kept by the registry beside a version."""

from __future__ import annotations

from dataclasses import dataclass

import tensorflow as tf
from tensorflow_metadata.proto.v0 import statistics_pb2

from components import keys
from components.data_gate.data_summary import DataSummary

SUMMARY_FILE = "summary.json"
STATISTICS_FILE = "FeatureStats.pb"


@dataclass(frozen=True)
class Reference:
    """What a train split looks like.

    Attributes:
        summary: Figures of texts and pictures.
        statistics: TFDV's statistics of its columns.
    """

    summary: DataSummary
    statistics: statistics_pb2.DatasetFeatureStatisticsList

    def write(self, folder: str) -> None:
        """Write it into a folder, in the layout of TFX's ExampleStatistics."""
        tf.io.gfile.makedirs(f"{folder}/Split-{keys.TRAIN}")
        with tf.io.gfile.GFile(_statistics_path(folder), "wb") as file:
            file.write(self.statistics.SerializeToString(deterministic=True))
        with tf.io.gfile.GFile(f"{folder}/{SUMMARY_FILE}", "w") as file:
            file.write(self.summary.to_json())


def read_reference(folder: str) -> Reference | None:
    """Read a reference; None where there is none, or another version of the software laid it out."""
    path = f"{folder}/{SUMMARY_FILE}"
    if not tf.io.gfile.exists(path):
        return None
    with tf.io.gfile.GFile(path) as file:
        summary = DataSummary.from_json(file.read())
    return Reference(summary, read_statistics(folder)) if summary is not None else None


def read_statistics(folder: str) -> statistics_pb2.DatasetFeatureStatisticsList:
    """Read TFDV's statistics of the train split from a folder of TFX's ExampleStatistics."""
    with tf.io.gfile.GFile(_statistics_path(folder), "rb") as file:
        return statistics_pb2.DatasetFeatureStatisticsList.FromString(file.read())


def _statistics_path(folder: str) -> str:
    return f"{folder}/Split-{keys.TRAIN}/{STATISTICS_FILE}"
