"""All that drifts between two references: texts and pictures by own figures, columns by TFDV."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import tensorflow as tf
from tensorflow_metadata.proto.v0 import schema_pb2

from components.data_gate import column_drift, look_up
from components.data_gate.drift import measure_drift
from components.data_gate.finding import Finding
from components.data_gate.observation import Observation
from components.data_gate.reference import Reference


@dataclass(frozen=True)
class Comparison:
    """How far the data stand from the reference.

    Attributes:
        findings: What is beyond its bound.
        distances: By feature.
        limits: By feature.
    """

    findings: list[Finding] = field(default_factory=list)
    distances: dict[str, float] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return ", ".join(f"{name} {value:.3f} of {self.limits[name]:.3f}" for name, value in self.distances.items())


def compare(
    observations: Sequence[Observation],
    now: Reference,
    before: Reference,
    schema: schema_pb2.Schema,
    limits: Mapping[str, float],
    read_examples: Callable[[], Iterator[tf.train.Example]],
) -> Comparison:
    """Compare the data with what the live model was trained on.

    Args:
        observations: What was seen of a sample of the train split.
        now: Its reference.
        before: The reference of what is live.
        schema: The schema; its drift comparators win over the bounds.
        limits: Bounds by feature.
        read_examples: Reads the train split; called only where a column has drifted.
    """
    moved = measure_drift(observations, now.summary, before.summary, limits)
    groups = (max(1, now.summary.groups), max(1, before.summary.groups))
    compared = column_drift.with_comparators(schema, limits, chance_of_share(*groups))
    columns = column_drift.column_drift(now.statistics, before.statistics, compared)
    findings = [finding for item in moved if (finding := item.finding) is not None]
    drifted = {name: pair for name, pair in columns.items() if pair[0] > pair[1]}
    for name, pair in drifted.items():
        ids = _ids(read_examples(), name, now, before)
        findings.append(column_drift.column_finding(name, pair, now.statistics, before.statistics, ids))
    return Comparison(
        findings,
        {item.feature: item.distance for item in moved} | {name: pair[0] for name, pair in columns.items()},
        {item.feature: item.limit for item in moved} | {name: pair[1] for name, pair in columns.items()},
    )


def chance_of_share(one: int, two: int) -> float:
    """Return what the shares of one value in two samples of one distribution differ by, two standard deviations.

    Args:
        one: Independent examples in one sample.
        two: Independent examples in the other.

    Example:
        >>> round(chance_of_share(300, 300), 3)
        0.082
    """
    return 2 * math.sqrt(0.25 * (1 / one + 1 / two))


def _ids(examples: Iterator[tf.train.Example], name: str, now: Reference, before: Reference) -> tuple[str, ...]:
    new, old = column_drift.shares(now.statistics, name), column_drift.shares(before.statistics, name)
    if new and old:
        return look_up.ids_of_value(examples, name, column_drift.most_grown(new, old))
    return look_up.ids_far_from(examples, name, column_drift.mean(before.statistics, name))
