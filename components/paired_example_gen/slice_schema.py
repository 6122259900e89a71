"""Describe slice columns in a schema."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components.errors import InputError

_FEATURE = """# A column of the data (`data.slices`) that the evaluation is sliced by; a pair may lack it.
feature {{
  name: "{name}"
  type: BYTES
  value_count {{ min: 1 max: 1 }}
  not_in_environment: "SERVING"
}}
"""


def add_slices(schema: str, slices: Sequence[str]) -> str:
    """Returns a schema with an optional feature for each slice column that it does not describe itself.

    Args:
        schema: The schema in text form; its comments are kept.
        slices: Names of the columns.

    Raises:
        InputError: The schema cannot be read.

    Example:
        >>> print(add_slices("", ["language"]).splitlines()[2])
          name: "language"
    """
    if not slices:
        return schema
    try:
        described = {feature.name for feature in text_format.Parse(schema, schema_pb2.Schema()).feature}
    except text_format.ParseError as error:
        raise InputError(f"a schema must be in text form. Received: {error}. Correct the line") from error
    added = [_FEATURE.format(name=name) for name in slices if name not in described]
    return schema.rstrip("\n") + "\n" * bool(schema) + "".join(added)
