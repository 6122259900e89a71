"""Extend the schema of paired examples by the vectors of the frozen encoders."""

from __future__ import annotations

from tensorflow_metadata.proto.v0 import schema_pb2

from components import keys


def extend_schema(schema: schema_pb2.Schema, image_width: int, text_width: int | None) -> schema_pb2.Schema:
    """Describe what FrozenFeatures emits.

    Args:
        schema: Schema of the paired examples.
        image_width: Width of `image_vector`.
        text_width: Width of `text_vector`, or None where the text has no frozen encoder.

    Returns:
        A new schema in which `image` is optional (only the test split keeps it) and the vectors are required, also a
        `text_vector` that the data brings, of which the schema of the pairs knows no width.
    """
    extended = schema_pb2.Schema()
    extended.CopyFrom(schema)
    extended.ClearField("feature")
    extended.feature.extend(feature for feature in schema.feature if feature.name != keys.TEXT_VECTOR)
    for feature in extended.feature:
        if feature.name == keys.IMAGE:
            feature.ClearField("presence")
            feature.ClearField("shape")
            feature.value_count.max = 1
    added = [(keys.IMAGE_VECTOR, schema_pb2.FLOAT, image_width), (keys.IMAGE_FINGERPRINT, schema_pb2.BYTES, 1)]
    if text_width is not None:
        added += [(keys.TEXT_VECTOR, schema_pb2.FLOAT, text_width), (keys.TEXT_FINGERPRINT, schema_pb2.BYTES, 1)]
    for name, kind, size in added:
        feature = extended.feature.add(name=name, type=kind)
        feature.presence.min_fraction = 1.0
        feature.shape.dim.add(size=size)
    return extended
