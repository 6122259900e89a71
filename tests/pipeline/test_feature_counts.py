"""The counts of FrozenFeatures are read from its artifact, whoever stored it."""

from __future__ import annotations

from typing import Any

from ml_metadata.proto import metadata_store_pb2

from pipeline.feature_counts import read_feature_counts
from pipeline.lineage import NodeRun
from pipeline.report.run_summary import FeatureCounts


def node(state: str = "COMPLETE", **counts: Any) -> NodeRun:
    artifact = metadata_store_pb2.Artifact()
    for name, count in counts.items():
        field = "double_value" if isinstance(count, float) else "int_value"
        setattr(artifact.custom_properties[name], field, count)
    artifact.custom_properties["name"].string_value = "featured_examples"
    return NodeRun("FrozenFeatures", state, 1.0, {"featured_examples": [artifact]}, 7)


def test_both_halves_are_read_and_whole_numbers_that_came_back_as_floats() -> None:
    counted = node(image_forwards=2.0, image_hits=7.0, image_misses=2.0, image_damaged_segments=0.0, text_forwards=9)
    assert read_feature_counts(counted) == {"image": FeatureCounts(2, 7, 2, 0), "text": FeatureCounts(9)}


def test_a_node_that_did_not_end_well_tells_nothing() -> None:
    assert read_feature_counts(None) == {}
    assert read_feature_counts(node("FAILED", image_forwards=2)) == {}
