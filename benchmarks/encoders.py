"""How near FrozenFeatures' way of encoding comes to the bare encoders.

Run: `python benchmarks/encoders.py [--count 512]`. Ours takes texts and encoded pictures in the order of the data: it
hashes, sorts, tokenises or decodes, and runs the backbone. The bare pass gets its inputs tokenised or decoded, texts
sorted by length. Both are measured in one process, in turn; the median ratio of their speeds is printed.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from components.quiet import import_tensorflow, quiet_logs

IMAGE = {"encoder": "efficientnet_lite0", "weights": "package", "size": 224, "pooling": "avg"}
TEXT = {"encoder": "minilm", "weights": "package", "max_tokens": 128}
BATCH = 32
WORDS = [
    "when",
    "you",
    "finally",
    "ship",
    "it",
    "on",
    "a",
    "friday",
    "and",
    "the",
    "cat",
    "looks",
    "at",
    "nobody",
    "but",
    "the",
    "manager",
    "😂",
    "deploy",
    "weekend",
    "café",
]


def main() -> None:
    """Draw pictures, write texts, and time both ways over them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=512, help="texts, and pictures (default: 512)")
    parser.add_argument("--repeat", type=int, default=5, help="times each way is measured (default: 5)")
    arguments = parser.parse_args()
    quiet_logs()
    import_tensorflow()
    from components.encoders.build import build_image_encoder, build_text_encoder

    results = {
        "minilm": compare(build_text_encoder(TEXT), write_texts(arguments.count), arguments.repeat),
        "efficientnet_lite0": compare(build_image_encoder(IMAGE), draw_pictures(arguments.count), arguments.repeat),
    }
    for name, result in results.items():
        speeds = [f"{way} {result[way]:7.1f}/s" for way in ("bare", "ours")]
        print(f"{name:20s} {', '.join(speeds)}, ratio {result['ratio']:.3f}")
    print(json.dumps(results))


def compare(encoder: Any, contents: list[bytes], repeat: int) -> dict[str, float]:
    """Time the bare pass and ours, in turn, after one run of each that is not counted."""
    bare, ours = bare_forward(encoder, sorted(contents, key=len)), in_buffers(encoder, contents)
    pairs = [(seconds(bare), seconds(ours)) for _ in range(repeat + 1)][1:]
    return {
        "bare": len(contents) / statistics.median(pair[0] for pair in pairs),
        "ours": len(contents) / statistics.median(pair[1] for pair in pairs),
        "ratio": statistics.median(pair[0] / pair[1] for pair in pairs),
    }


def bare_forward(encoder: Any, contents: Sequence[bytes]) -> Callable[[], None]:
    """Return the pass over inputs that are prepared beforehand."""
    import tensorflow as tf

    batches = [encoder.preprocess(tf.constant(contents[i : i + BATCH])) for i in range(0, len(contents), BATCH)]
    shape = [None] * batches[0].shape.rank if encoder.kind == "text" else [None, *batches[0].shape[1:]]
    forward = tf.function(encoder.forward, input_signature=[tf.TensorSpec(shape, batches[0].dtype)])

    def run() -> None:
        for batch in batches:
            forward(batch).numpy()

    return run


def in_buffers(encoder: Any, contents: Sequence[bytes]) -> Callable[[], None]:
    """Return the pass of FrozenFeatures, which gathers examples to buffers; what it remembers is kept to nothing."""
    from components.frozen_features.encode import BUFFER_EXAMPLES
    from components.frozen_features.once_encoder import OnceEncoder

    once = OnceEncoder(encoder, remembered_bytes=1)

    def run() -> None:
        for start in range(0, len(contents), BUFFER_EXAMPLES):
            once(contents[start : start + BUFFER_EXAMPLES])

    return run


def seconds(run: Callable[[], None]) -> float:
    """Time one pass."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def write_texts(count: int) -> list[bytes]:
    """Write distinct texts of 2 to 100 words, most of them short."""
    draw = random.Random(1)
    lengths = [min(100, 2 + int(draw.expovariate(1 / 18))) for _ in range(count)]
    return [f"{number} {' '.join(draw.choices(WORDS, k=length))}".encode() for number, length in enumerate(lengths)]


def draw_pictures(count: int) -> list[bytes]:
    """Draw memes of the demo."""
    from pipeline.demo.memes import draw_memes

    with tempfile.TemporaryDirectory() as folder:
        draw_memes(Path(folder), count, seed=1)
        return [path.read_bytes() for path in sorted((Path(folder) / "img").iterdir())]


if __name__ == "__main__":
    main()
