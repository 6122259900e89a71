"""Slice columns are optional features of the schema, all the way to the Evaluator's examples."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components.errors import InputError
from components.frozen_features.schema import extend_schema
from components.paired_example_gen.slice_schema import add_slices

SCHEMA = (Path(__file__).parents[3] / "schema" / "schema.pbtxt").read_text()


def features(text: str) -> dict[str, schema_pb2.Feature]:
    return {feature.name: feature for feature in text_format.Parse(text, schema_pb2.Schema()).feature}


def test_columns_become_optional_single_strings_that_requests_lack() -> None:
    extended = add_slices(SCHEMA, ["language", "source"])
    assert extended.startswith(SCHEMA)
    assert features(extended).keys() - features(SCHEMA).keys() == {"language", "source"}
    found = features(extended)["language"]
    assert (found.type, found.value_count.max, list(found.not_in_environment)) == (schema_pb2.BYTES, 1, ["SERVING"])
    assert not found.HasField("presence")


def test_column_that_the_schema_describes_is_left_as_it_is() -> None:
    own = 'feature { name: "language" type: BYTES presence { min_fraction: 1.0 } }\n'
    assert add_slices(own, ["language"]) == own
    assert add_slices("not a schema", []) == "not a schema"


def test_frozen_features_pass_the_columns_on() -> None:
    schema = text_format.Parse(add_slices(SCHEMA, ["language"]), schema_pb2.Schema())
    assert "language" in {feature.name for feature in extend_schema(schema, 8, None).feature}


def test_schema_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(InputError, match="text form"):
        add_slices("feature { name ", ["language"])
