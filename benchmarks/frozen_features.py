"""How near FrozenFeatures comes to the bare encoder: pictures a second against the forward pass on decoded arrays.

Run: `python benchmarks/frozen_features.py [--count 1024] [--encoder vgg16] [--dtype bfloat16]`. The real executor
reads, decodes, encodes and writes; it runs over few and over all pictures, so that its rate and what it costs to start
(Beam, the model, its tracing) can be told apart. All is measured in one run, in turn; the median ratio of the rates is
printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from _features import SPECS, draw_images, run_features

from components.encoders.registry import DTYPES, FLOAT32
from components.quiet import import_tensorflow, quiet_logs

BATCH = 32


def main() -> None:
    """Draw pictures, and time the two ways over them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1024, help="pictures (default: 1024)")
    parser.add_argument("--few", type=int, default=128, help="pictures of the shorter run (default: 128)")
    parser.add_argument("--encoder", choices=SPECS, default="efficientnet_lite0")
    parser.add_argument("--dtype", choices=DTYPES, default=FLOAT32, help="of both ways (default: float32)")
    parser.add_argument("--repeat", type=int, default=3, help="times each way is measured (default: 3)")
    arguments = parser.parse_args()
    quiet_logs()
    import_tensorflow()
    spec = SPECS[arguments.encoder] | {"dtype": arguments.dtype}
    images = draw_images(arguments.count)
    bare = bare_forward(spec, images)
    bare()
    run_features(spec, images[:BATCH], None)
    rows = [measure(spec, images, arguments.few, bare) for _ in range(arguments.repeat)]
    found = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    print(f"bare forward     {found['bare']:8.1f} pictures/s")
    print(f"FrozenFeatures   {found['ours']:8.1f} pictures/s, decoding, Beam, reading and writing included")
    print(f"share of limit   {found['ratio']:8.3f}")
    print(f"start            {found['start']:8.1f} s: Beam, the model, its tracing")
    print(f"whole            {found['whole']:8.3f} of the limit over {len(images)} pictures, start included")
    print(json.dumps({**spec, "count": len(images), **found, "rows": rows}))


def measure(spec: dict[str, Any], images: Sequence[bytes], few: int, bare: Callable[[], None]) -> dict[str, float]:
    """Time the bare pass, the shorter run and the whole one."""
    started = time.perf_counter()
    bare()
    limit = len(images) / (time.perf_counter() - started)
    short, whole = (run_features(spec, some, None)[0] for some in (images[:few], images))
    rate = (len(images) - few) / (whole - short)
    return {
        "bare": limit,
        "ours": rate,
        "ratio": rate / limit,
        "start": short - few / rate,
        "whole": len(images) / whole / limit,
    }


def bare_forward(spec: dict[str, Any], images: Sequence[bytes]) -> Callable[[], None]:
    """Return the pass over pictures that are decoded beforehand."""
    import tensorflow as tf

    from components.encoders.build import build_image_encoder

    encoder = build_image_encoder(spec)
    batches = [encoder.preprocess(tf.constant(images[i : i + BATCH])) for i in range(0, len(images), BATCH)]
    forward = tf.function(encoder.forward, input_signature=[tf.TensorSpec([None, *batches[0].shape[1:]])])

    def run() -> None:
        for batch in batches:
            forward(batch).numpy()

    return run


if __name__ == "__main__":
    main()
