"""Why FrozenFeatures does not use Beam's RunInference: its rate beside ours, over the same frozen encoder.

Run: `python benchmarks/run_inference.py [--count 512] [--encoder minilm]`. Both read the same distinct pictures or
texts, encode them and write the vectors, with the in-memory runner; the model's start is included. Ours gathers to
buffers and calls `OnceEncoder`. RunInference makes batches of 32 and calls the same encoder through a model handler of
a few lines, since Beam's own take a saved model of tensors. Each way runs once uncounted, then both in turn; the median
ratio of their rates is printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from _features import SPECS, draw_images
from encoders import BATCH, TEXT, write_texts

from components.quiet import import_tensorflow, quiet_logs

ENCODERS = SPECS | {"minilm": TEXT}


def main() -> None:
    """Write pictures or texts, and time both ways over them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=512, help="pictures, or texts (default: 512)")
    parser.add_argument("--encoder", choices=ENCODERS, default="efficientnet_lite0")
    parser.add_argument("--repeat", type=int, default=3, help="times each way is measured (default: 3)")
    arguments = parser.parse_args()
    quiet_logs()
    import_tensorflow()
    contents = (write_texts if arguments.encoder == "minilm" else draw_images)(arguments.count)
    with tempfile.TemporaryDirectory() as folder:
        source = write_records(f"{folder}/in.tfrecord", contents)
        ways = [way(ENCODERS[arguments.encoder]) for way in (ours, run_inference)]
        turns = [[seconds(way, source, f"{folder}/out") for way in ways] for _ in range(arguments.repeat + 1)][1:]
    found = {
        "ours": len(contents) / statistics.median(turn[0] for turn in turns),
        "run_inference": len(contents) / statistics.median(turn[1] for turn in turns),
        "ratio": statistics.median(turn[0] / turn[1] for turn in turns),
    }
    print(f"ours             {found['ours']:8.1f}/s")
    print(f"RunInference     {found['run_inference']:8.1f}/s")
    print(f"ratio            {found['ratio']:8.3f}   RunInference's rate over ours")
    print(json.dumps({"encoder": arguments.encoder, "count": len(contents), **found, "turns": turns}))


def seconds(way: Any, source: str, target: str) -> float:
    """Time one pipeline."""
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions

    from components.beam_options import with_default_runner

    started = time.perf_counter()
    with beam.Pipeline(options=PipelineOptions(with_default_runner([]))) as pipeline:
        vectors = pipeline | beam.io.ReadFromTFRecord(source) | way
        _ = vectors | beam.Map(lambda vector: vector.tobytes()) | beam.io.WriteToTFRecord(target)
    return time.perf_counter() - started


def ours(spec: dict[str, Any]) -> Any:
    """Return the transform that encodes as FrozenFeatures does."""
    import apache_beam as beam

    from components.frozen_features.encode import BUFFER_BYTES, buffer_cost
    from components.frozen_features.once_encoder import OnceEncoder

    class Encode(beam.DoFn):
        def setup(self) -> None:
            self.once = OnceEncoder(build(spec))

        def process(self, batch: Sequence[bytes]) -> Any:
            yield from self.once(batch)

    gathered = beam.BatchElements(BUFFER_BYTES, BUFFER_BYTES, element_size_fn=buffer_cost)
    return gathered | beam.ParDo(Encode())


def run_inference(spec: dict[str, Any]) -> Any:
    """Return Beam's transform over the same encoder."""
    import tensorflow as tf
    from apache_beam.ml.inference.base import ModelHandler, RunInference

    class Handler(ModelHandler):
        def __init__(self) -> None:
            super().__init__(min_batch_size=BATCH, max_batch_size=BATCH)

        def load_model(self) -> Any:
            return build(spec)

        def run_inference(self, batch: Sequence[bytes], model: Any, inference_args: Any = None) -> Any:
            return model(tf.constant(batch, tf.string)).numpy()

    return RunInference(Handler())


def build(spec: dict[str, Any]) -> Any:
    """Build the encoder of pictures or texts."""
    from components.encoders.build import build_image_encoder, build_text_encoder

    return (build_text_encoder if "max_tokens" in spec else build_image_encoder)(spec)


def write_records(path: str, contents: Sequence[bytes]) -> str:
    """Write contents, a record each."""
    import tensorflow as tf

    with tf.io.TFRecordWriter(path) as writer:
        for content in contents:
            writer.write(content)
    return path


if __name__ == "__main__":
    main()
