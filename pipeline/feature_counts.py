"""What FrozenFeatures encoded, and what it had from the feature cache."""

from __future__ import annotations

from components.encoders.registry import POOLINGS
from pipeline.lineage import NodeRun
from pipeline.report.run_summary import FeatureCounts


def read_feature_counts(node: NodeRun | None) -> dict[str, FeatureCounts]:
    """Read the counts from the artifact of a node, by half; of a half without an encoder there are none.

    Args:
        node: FrozenFeatures in a run. Where TFX's cache answered, the counts are those of the run that did the work.
    """
    if node is None or not node.ended_well:
        return {}
    # Kubeflow hands whole numbers on as floats.
    properties = {
        name: int(value.int_value or value.double_value)
        for name, value in node.outputs["featured_examples"][0].custom_properties.items()
    }
    return {
        half: FeatureCounts(
            encoded=properties[f"{half}_forwards"],
            hits=properties.get(f"{half}_hits"),
            misses=properties.get(f"{half}_misses"),
            damaged_segments=properties.get(f"{half}_damaged_segments"),
        )
        for half in POOLINGS
        if f"{half}_forwards" in properties
    }
