"""Drift of one span, by the real measures, against a reference as DataGate writes it."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
import tensorflow_data_validation as tfdv
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components import keys
from components.data_gate.data_summary import DataSummary
from components.data_gate.reference import Reference
from components.data_gate.settings import DRIFT_LIMITS
from components.paired_example_gen.names import Names
from components.paired_example_gen.spans import find_span
from components.pairs.limits import PairLimits
from pipeline.retrain.probe import Probe, probe_span
from pipeline.retrain.span_drift import span_drift
from pipeline.schema_text import DEFAULT_SCHEMA

SCHEMA = DEFAULT_SCHEMA.read_text()


@pytest.fixture
def found(spans) -> Probe:
    spans.add(1)
    span = find_span(str(spans.data), 1)
    assert span is not None
    return probe_span(span, Names(), PairLimits(), 0.2)


@pytest.fixture
def reference(found: Probe) -> Reference:
    schema = text_format.Parse(SCHEMA, schema_pb2.Schema())
    label = schema_pb2.Schema(feature=[feature for feature in schema.feature if feature.name == keys.LABEL])
    frame = pd.DataFrame(list(found.columns))
    statistics = tfdv.generate_statistics_from_dataframe(frame, tfdv.StatsOptions(schema=label), n_jobs=1)
    return Reference(DataSummary.of(found.observations, found.pairs), statistics)


def test_span_like_the_reference_has_not_drifted(found: Probe, reference: Reference) -> None:
    drift = span_drift(7, found, reference, SCHEMA, (), DRIFT_LIMITS)
    assert drift is not None
    assert (drift.span, drift.over) == (7, [])
    assert set(drift.distances) == {"text_length", "image_size", "brightness", "vocabulary", "label"}


def test_darker_pictures_have_drifted(found: Probe, reference: Reference) -> None:
    dark = tuple(dataclasses.replace(seen, brightness=seen.brightness / 4) for seen in found.observations)
    drift = span_drift(7, dataclasses.replace(found, observations=dark), reference, SCHEMA, (), DRIFT_LIMITS)
    assert drift is not None
    assert drift.over == ["brightness"]


def test_share_of_the_label_has_drifted(found: Probe, reference: Reference) -> None:
    ones = tuple({keys.LABEL: 1} for _ in found.columns)
    drift = span_drift(7, dataclasses.replace(found, columns=ones), reference, SCHEMA, (), DRIFT_LIMITS)
    assert drift is not None
    assert drift.over == ["label"]


def test_span_without_usable_pairs_has_no_drift(found: Probe, reference: Reference) -> None:
    nothing = dataclasses.replace(found, observations=(), columns=())
    assert span_drift(7, nothing, reference, SCHEMA, (), DRIFT_LIMITS) is None
