"""Drift of one span against what the live model was trained on, by the measures of DataGate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import tensorflow_data_validation as tfdv
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components import keys
from components.data_gate.compare import compare
from components.data_gate.data_summary import DataSummary
from components.data_gate.reference import Reference
from pipeline.retrain.probe import Probe
from pipeline.retrain.situation import SpanDrift


def span_drift(
    number: int, probe: Probe, before: Reference, schema: str, slices: Sequence[str], limits: Mapping[str, float]
) -> SpanDrift | None:
    """Measure how far a span stands from a reference: texts, pictures, the label's share and slice columns.

    Args:
        number: The span's number.
        probe: What was seen of it.
        before: What the live model was trained on.
        schema: The schema in text form; its drift comparators win over the bounds.
        slices: The slice columns, without `span`.
        limits: Bounds by feature, as `data_gate.drift_limits`.

    Returns:
        None where no pair of the span can be used.
    """
    if not probe.observations:
        return None
    columns = schema_pb2.Schema()
    for feature in text_format.Parse(schema, schema_pb2.Schema()).feature:
        if feature.name in (keys.LABEL, *slices):
            columns.feature.add().CopyFrom(feature)
    frame = pd.DataFrame(list(probe.columns))
    statistics = tfdv.generate_statistics_from_dataframe(frame, tfdv.StatsOptions(schema=columns), n_jobs=1)
    now = Reference(DataSummary.of(probe.observations, probe.pairs), statistics)
    found = compare(probe.observations, now, before, columns, limits, _no_examples)
    return SpanDrift(number, found.distances, found.limits)


def _no_examples() -> Iterator[Any]:
    """Which pairs have drifted is not asked here: DataGate names them once the run goes on."""
    return iter(())
