"""Find the records that a finding is about, so that a person can look at them."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import tensorflow as tf
import tensorflow_data_validation as tfdv
from tensorflow_data_validation.api import validation_api
from tensorflow_data_validation.statistics import stats_impl
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx_bsl.coders.example_coder import ExamplesToRecordBatchDecoder

from components import keys
from components.data_gate.finding import MOST_IDS, some_ids

ENVIRONMENT = "TRAINING"
_BATCH = 64
_MOST_VALIDATED = 50_000


def ids_of_value(examples: Iterable[tf.train.Example], column: str, value: str) -> tuple[str, ...]:
    """Return ids of examples whose column holds a value, written as TFDV writes it."""
    return some_ids(itertools.islice((id_of(e) for e in examples if str(_value(e, column)) == value), MOST_IDS))


def ids_far_from(examples: Iterable[tf.train.Example], column: str, mean: float) -> tuple[str, ...]:
    """Return ids of the examples whose number in a column is farthest from a mean."""
    found = [(abs(float(value) - mean), id_of(e)) for e in examples if (value := _value(e, column)) is not None]
    return some_ids(pair_id for _, pair_id in sorted(found, key=lambda item: (-item[0], item[1])))


def ids_of_anomalies(
    examples: Iterable[tf.train.Example], schema: schema_pb2.Schema, features: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Return ids of examples that by themselves do not fit the schema, by feature.

    Args:
        examples: Of which the first 50,000 are validated by TFDV: in batches, and a bad batch by halves.
        schema: The schema.
        features: Features that are known not to fit.
    """
    options = tfdv.StatsOptions(schema=schema)
    environment = ENVIRONMENT if ENVIRONMENT in schema.default_environment else None
    decoder = ExamplesToRecordBatchDecoder()
    found: dict[str, list[str]] = {name: [] for name in features}

    def search(batch: list[tuple[str, bytes]]) -> None:
        wanted = {name for name, ids in found.items() if len(ids) < MOST_IDS}
        if not wanted or not batch:
            return
        records = decoder.DecodeBatch([record for _, record in batch])
        if len(batch) == 1:
            for name in validation_api.validate_instance(records, options, environment).anomaly_info.keys() & wanted:
                found[name].append(batch[0][0])
            return
        statistics = stats_impl.generate_statistics_in_memory(records, options)
        if tfdv.validate_statistics(statistics, schema, environment).anomaly_info.keys() & wanted:
            search(batch[: len(batch) // 2])
            search(batch[len(batch) // 2 :])

    lights = ((id_of(example), _without_picture(example)) for example in itertools.islice(examples, _MOST_VALIDATED))
    while batch := list(itertools.islice(lights, _BATCH)):
        search(batch)
    return {name: some_ids(ids) for name, ids in found.items()}


def id_of(example: tf.train.Example) -> str:
    """Return an example's id; empty where it has none."""
    values = example.features.feature[keys.ID].bytes_list.value
    return values[0].decode("utf-8", "replace") if values else ""


def _value(example: tf.train.Example, column: str) -> Any:
    feature: Mapping[str, tf.train.Feature] = example.features.feature
    if column not in feature:
        return None
    kind = feature[column].WhichOneof("kind")
    values = getattr(feature[column], kind).value if kind else ()
    if not values:
        return None
    return values[0].decode("utf-8", "replace") if kind == "bytes_list" else values[0]


def _without_picture(example: tf.train.Example) -> bytes:
    """Serialise an example with a byte for its picture: that it is there is all that a schema asks."""
    light = tf.train.Example.FromString(example.SerializeToString())
    if keys.IMAGE in light.features.feature:
        images = light.features.feature[keys.IMAGE].bytes_list.value
        images[:] = [b"-"] * len(images)
    return light.SerializeToString()
