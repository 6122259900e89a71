"""What the benchmarks of FrozenFeatures share: pictures, specifications, and one run of the real executor."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SPECS: dict[str, dict[str, Any]] = {
    "efficientnet_lite0": {"encoder": "efficientnet_lite0", "weights": "package", "size": 224, "pooling": "avg"},
    "vgg16": {"encoder": "vgg16", "weights": "random", "size": 224, "pooling": "avg", "seed": 1},
}


def draw_images(count: int) -> list[bytes]:
    """Draw so many memes of the demo, JPEGs of 320 by 320 pixels."""
    from pipeline.demo.memes import draw_memes

    with tempfile.TemporaryDirectory() as folder:
        draw_memes(Path(folder), count, seed=1)
        return [path.read_bytes() for path in sorted((Path(folder) / "img").iterdir())]


def run_features(spec: dict[str, Any], images: Sequence[bytes], cache: Path | None) -> tuple[float, dict[str, int]]:
    """Run FrozenFeatures' executor over pictures in one split, its model built anew.

    Returns:
        Its seconds, from the call to the written examples; and what it counted.
    """
    from tfx.dsl.components.base import base_beam_executor
    from tfx.types import artifact_utils, standard_artifacts

    from components import keys
    from components.beam_options import with_default_runner
    from components.frozen_features.cache_location import at_cache_location
    from components.frozen_features.executor import Executor

    examples, featured = standard_artifacts.Examples(), standard_artifacts.Examples()
    schema, extended = standard_artifacts.Schema(), standard_artifacts.Schema()
    with tempfile.TemporaryDirectory() as folder:
        for name, artifact in {"in": examples, "out": featured, "schema": schema, "extended": extended}.items():
            artifact.uri = f"{folder}/{name}"
            Path(artifact.uri).mkdir()
        examples.split_names = artifact_utils.encode_split_names(list(keys.SPLITS))
        _write(Path(examples.uri), images)
        content = (Path(__file__).parents[1] / "schema" / "schema.pbtxt").read_text()
        (Path(schema.uri) / "schema.pbtxt").write_text(content)
        context = base_beam_executor.BaseBeamExecutor.Context(
            beam_pipeline_args=with_default_runner([]), tmp_dir=f"{folder}/tmp", unique_id="1"
        )
        with at_cache_location(None if cache is None else str(cache)):
            started = time.perf_counter()
            Executor(context).Do(
                {"examples": [examples], "schema": [schema]},
                {"featured_examples": [featured], "featured_schema": [extended]},
                {"image": json.dumps(spec), "text": json.dumps({"encoder": "none"})},
            )
            seconds = time.perf_counter() - started
    counted = featured.mlmd_artifact.custom_properties
    return seconds, {name: value.int_value for name, value in counted.items()}


def _write(folder: Path, images: Sequence[bytes]) -> None:
    import tensorflow as tf

    from components import keys

    for split in keys.SPLITS:
        (folder / f"Split-{split}").mkdir()
        with tf.io.TFRecordWriter(str(folder / f"Split-{split}" / "data.tfrecord.gz"), "GZIP") as writer:
            for number, image in enumerate(images if split == keys.TRAIN else ()):
                example = tf.train.Example()
                example.features.feature[keys.ID].bytes_list.value.append(str(number).encode())
                example.features.feature[keys.IMAGE].bytes_list.value.append(image)
                writer.write(example.SerializeToString())
