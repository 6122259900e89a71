from __future__ import annotations

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components.data_gate.look_up import ids_far_from, ids_of_anomalies, ids_of_value
from tests.components.data_gate.test_gate import plain
from tests.components.data_gate.world import SCHEMA, Draw, example

PAIRS = [plain(made) for made in Draw(count=150).examples()]


def test_records_that_do_not_fit_are_found_among_many_that_do() -> None:
    pairs = [dict(pair) for pair in PAIRS]
    pairs[80]["language"] = "tlh"
    pairs[149]["label"] = 5
    del pairs[20]["text"]
    schema = text_format.Parse(SCHEMA, schema_pb2.Schema())
    found = ids_of_anomalies(map(example, pairs), schema, ["language", "label", "text", "image"])
    assert found == {"language": ("s0-80",), "label": ("s0-149",), "text": ("s0-20",), "image": ()}


def test_no_more_than_five_of_many_are_named() -> None:
    pairs = [pair | {"language": "tlh"} for pair in PAIRS]
    schema = text_format.Parse(SCHEMA, schema_pb2.Schema())
    assert len(ids_of_anomalies(map(example, pairs), schema, ["language"])["language"]) == 5


def test_records_of_a_value_and_those_far_from_a_mean_are_found() -> None:
    pairs = [pair | {"score": number} for number, pair in enumerate(PAIRS)]
    pairs[7]["language"] = "fr"
    assert ids_of_value(map(example, pairs), "language", "fr") == ("s0-7",)
    assert ids_far_from(map(example, pairs), "score", 0) == ("s0-149", "s0-148", "s0-147", "s0-146", "s0-145")
    assert ids_far_from(map(example, PAIRS), "score", 0) == ()
