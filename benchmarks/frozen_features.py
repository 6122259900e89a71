"""How near FrozenFeatures comes to the bare encoder: pictures a second through Beam against the forward pass alone.

Run: `python benchmarks/frozen_features.py [--count 256]`. Both are measured in one run, in turn; the ratio is printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from components.beam_options import IN_MEMORY_RUNNER
from components.quiet import import_tensorflow, quiet_logs

SPEC = {"encoder": "efficientnet_lite0", "weights": "package", "size": 224, "pooling": "avg"}
BATCH = 32


def main() -> None:
    """Draw pictures, and time the two ways over them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=256, help="pictures (default: 256)")
    parser.add_argument("--repeat", type=int, default=3, help="times each way is measured (default: 3)")
    arguments = parser.parse_args()
    quiet_logs()
    import_tensorflow()
    import tensorflow as tf

    from components.encoders.build import build_image_encoder
    from pipeline.demo.memes import draw_memes

    with tempfile.TemporaryDirectory() as folder:
        draw_memes(Path(folder), arguments.count, seed=1)
        images = [path.read_bytes() for path in sorted((Path(folder) / "img").iterdir())]
    encoder = build_image_encoder(SPEC)
    decoded = [encoder.preprocess(tf.constant(images[i : i + BATCH])) for i in range(0, len(images), BATCH)]
    forward = tf.function(encoder.forward)
    forward(decoded[0])
    through_beam(images[:BATCH])
    bare, beam = [], []
    for _ in range(arguments.repeat):
        started = time.perf_counter()
        for batch in decoded:
            forward(batch)
        bare.append(len(images) / (time.perf_counter() - started))
        beam.append(len(images) / through_beam(images))
    ratio = statistics.median(b / a for a, b in zip(bare, beam, strict=True))
    print(f"bare forward     {statistics.median(bare):7.1f} pictures/s")
    print(f"FrozenFeatures   {statistics.median(beam):7.1f} pictures/s, decode, Beam and model start included")
    print(f"share of limit   {ratio:7.2f}")
    print(json.dumps({"bare": bare, "frozen_features": beam, "ratio": ratio}))


def through_beam(images: list[bytes]) -> float:
    """Run FrozenFeatures' own steps over the pictures in a Beam pipeline and return the seconds it took."""
    import apache_beam
    import tensorflow as tf
    from apache_beam.utils.shared import Shared

    from components import keys
    from components.frozen_features.encode import BUFFER_BYTES, AddVectors, buffer_cost

    examples = []
    for image in images:
        example = tf.train.Example()
        example.features.feature[keys.IMAGE].bytes_list.value.append(image)
        examples.append(example.SerializeToString())
    started = time.perf_counter()
    with apache_beam.Pipeline(runner=IN_MEMORY_RUNNER) as pipeline:
        _ = (
            pipeline
            | apache_beam.Create(examples, reshuffle=False)
            | apache_beam.BatchElements(BUFFER_BYTES, BUFFER_BYTES, element_size_fn=buffer_cost)
            | apache_beam.ParDo(AddVectors(SPEC, {"encoder": "none"}, Shared(), keep_image=False))
        )
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
