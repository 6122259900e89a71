"""Drift of the label and of further columns, by TFDV's own comparators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2, statistics_pb2

from components import keys
from components.data_gate.drift import GATE, MEND
from components.data_gate.finding import Finding

# What is not the user's own column, is measured by other means, or moves with every window.
NO_COLUMNS = (keys.ID, keys.IMAGE, keys.TEXT, keys.GROUP, keys.TEXT_VECTOR, keys.SPAN)


def with_comparators(schema: schema_pb2.Schema, limits: Mapping[str, float], chance: float) -> schema_pb2.Schema:
    """Return a copy of a schema whose columns all have a drift comparator; those of the user's own are kept.

    Args:
        schema: The schema.
        limits: Bounds: `label` and `columns`, L-infinity for categories and Jensen-Shannon for numbers.
        chance: What two samples of these sizes differ by of themselves.
    """
    compared = schema_pb2.Schema()
    compared.CopyFrom(schema)
    for feature in compared.feature:
        if feature.name in NO_COLUMNS or feature.HasField("drift_comparator"):
            continue
        bound = limits["label" if feature.name == keys.LABEL else "columns"] + chance
        if _is_categorical(feature):
            feature.drift_comparator.infinity_norm.threshold = bound
        else:
            feature.drift_comparator.jensen_shannon_divergence.threshold = bound
    return compared


def column_drift(
    now: statistics_pb2.DatasetFeatureStatisticsList,
    before: statistics_pb2.DatasetFeatureStatisticsList,
    schema: schema_pb2.Schema,
) -> dict[str, tuple[float, float]]:
    """Return the distance and its bound of every column that TFDV compares.

    Args:
        now: Statistics of what is to be trained on.
        before: Statistics of what the live model was trained on.
        schema: With drift comparators, see `with_comparators`.
    """
    anomalies: anomalies_pb2.Anomalies = tfdv.validate_statistics(now, schema, previous_statistics=before)
    return {
        info.path.step[0]: (measured.value, measured.threshold)
        for info in anomalies.drift_skew_info
        for measured in info.drift_measurements
    }


def column_finding(
    name: str,
    distances: tuple[float, float],
    now: statistics_pb2.DatasetFeatureStatisticsList,
    before: statistics_pb2.DatasetFeatureStatisticsList,
    ids: tuple[str, ...],
) -> Finding:
    """Put the drift of a column into words.

    Args:
        name: The column.
        distances: What was measured, and its bound.
        now: Statistics of what is to be trained on.
        before: Statistics of what the live model was trained on.
        ids: Examples to look at.
    """
    new, old = shares(now, name), shares(before, name)
    key = "label" if name == keys.LABEL else "columns"
    if new and old:
        value = most_grown(new, old)
        moved = f"{value!a} was {old.get(value, 0.0):.1%} when the live model was trained, {new[value]:.1%} now"
    else:
        moved = f"a mean of {mean(before, name):.4g} when the live model was trained, {mean(now, name):.4g} now"
    distance, bound = distances
    text = f"{name} must not drift. Received: {moved}; distance {distance:.3f}, at most {bound:.3f}"
    return Finding(GATE, f"{text} (data_gate.drift_limits.{key}, or drift_comparator in the schema)", MEND, ids)


def shares(statistics: statistics_pb2.DatasetFeatureStatisticsList, name: str) -> dict[str, float]:
    """Return the share of each value of a categorical column; empty for another one."""
    found = _feature(statistics, name)
    buckets = found.string_stats.rank_histogram.buckets if found is not None else ()
    total = sum(bucket.sample_count for bucket in buckets)
    return {bucket.label: bucket.sample_count / total for bucket in buckets}


def most_grown(new: Mapping[str, float], old: Mapping[str, float]) -> str:
    """Return the value whose share grew most."""
    return max(new, key=lambda value: (new[value] - old.get(value, 0.0), value))


def mean(statistics: statistics_pb2.DatasetFeatureStatisticsList, name: str) -> float:
    found = _feature(statistics, name)
    return found.num_stats.mean if found is not None else float("nan")


def _feature(statistics: statistics_pb2.DatasetFeatureStatisticsList, name: str) -> Any:
    features = statistics.datasets[0].features if statistics.datasets else ()
    return next((feature for feature in features if list(feature.path.step) == [name]), None)


def _is_categorical(feature: schema_pb2.Feature) -> bool:
    return feature.type == schema_pb2.BYTES or feature.int_domain.is_categorical
