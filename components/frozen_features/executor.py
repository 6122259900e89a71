"""Executor of FrozenFeatures: one Beam pipeline over all splits."""

from __future__ import annotations

import collections
import json
from typing import Any

import apache_beam as beam
from apache_beam.utils.shared import Shared
from tfx import types
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils
from tfx.utils import io_utils

from components import keys
from components.feature_cache.compact import compact
from components.frozen_features.cache_location import cache_location
from components.frozen_features.encode import BUFFER_BYTES, NAMESPACE, AddVectors, Encoders, buffer_cost
from components.frozen_features.schema import extend_schema

# So many small segments of an encoder are merged at the end of a run.
_SMALL_SEGMENTS = 16


class Executor(base_beam_executor.BaseBeamExecutor):
    """Reads each split, encodes in batches, and writes the split anew with its vectors."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Encode all splits; what was encoded and what the feature cache had is counted on the artifact."""
        examples = artifact_utils.get_single_instance(input_dict["examples"])
        featured = artifact_utils.get_single_instance(output_dict["featured_examples"])
        image, text = json.loads(exec_properties["image"]), json.loads(exec_properties["text"])
        cache = cache_location()
        shared = Shared()
        encoders = shared.acquire(lambda: Encoders(image, text, cache))
        with self._make_beam_pipeline() as pipeline:
            for split in keys.SPLITS:
                source = io_utils.all_files_pattern(artifact_utils.get_split_uri([examples], split))
                _ = (
                    pipeline
                    | f"Read[{split}]" >> beam.io.ReadFromTFRecord(source)
                    | f"Gather[{split}]" >> beam.BatchElements(BUFFER_BYTES, BUFFER_BYTES, element_size_fn=buffer_cost)
                    | f"AddVectors[{split}]" >> beam.ParDo(AddVectors(image, text, shared, split == keys.TEST, cache))
                    | f"Write[{split}]"
                    >> beam.io.WriteToTFRecord(f"{featured.uri}/Split-{split}/data", file_name_suffix=".tfrecord")
                )
        featured.split_names = examples.split_names
        for name, count in _counts(pipeline.result).items():
            featured.set_int_custom_property(name, count)
        if cache is not None:
            for encoder in encoders.by_vector().values():
                compact(cache, encoder.fingerprint, least=_SMALL_SEGMENTS)
        source = io_utils.get_only_uri_in_dir(artifact_utils.get_single_uri(input_dict["schema"]))
        widths = {vector: encoder.width for vector, encoder in encoders.by_vector().items()}
        schema = extend_schema(
            io_utils.SchemaReader().read(source), widths[keys.IMAGE_VECTOR], widths.get(keys.TEXT_VECTOR)
        )
        target = artifact_utils.get_single_uri(output_dict["featured_schema"])
        io_utils.write_pbtxt_file(f"{target}/schema.pbtxt", schema)


def _counts(result: Any) -> dict[str, int]:
    """Add up the counters of all splits."""
    totals: collections.Counter[str] = collections.Counter()
    for counter in result.metrics().query()["counters"]:
        if counter.key.metric.namespace == NAMESPACE:
            totals[counter.key.metric.name] += counter.committed
    return dict(totals)
