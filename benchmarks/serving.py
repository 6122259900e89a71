"""How near a raw request comes to the bare encoders: p50 and p99 of one pair, JPEG bytes and text.

Run: `python benchmarks/serving.py [--model FOLDER] [--requests 100]`. The model is a pushed version; without one, a
whole run over drawn memes makes it. It is loaded and asked as TF Serving does (the graph, in a session). Bare is what
no answer can do without: the JPEG decoded and resized, and the frozen encoders' forward passes. Both are asked in turn
in one process; the ratio of the medians is printed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from _features import draw_images
from _runs import RANDOM_WEIGHTS, draw_spans, run_pipeline

from components.quiet import import_tensorflow, quiet_logs

WARM = 5
TEXT = b"when the build is green and nobody knows why"


def main() -> None:
    """Make a model if there is none, ask it and the bare encoders in turn, and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="folder of a pushed version (default: a run makes one)")
    parser.add_argument("--config", default="vgg16_lstm", help="of that run, in configs/ (default: vgg16_lstm)")
    parser.add_argument("--count", type=int, default=120, help="pairs of that run (default: 120)")
    parser.add_argument("--requests", type=int, default=100, help="requests that are timed (default: 100)")
    arguments = parser.parse_args()
    quiet_logs()
    with contextlib.nullcontext(arguments.model) if arguments.model else made(arguments) as model:
        import_tensorflow()
        seconds = measure(model, arguments.requests)
    import numpy as np

    found: dict[str, Any] = {}
    for name, taken in seconds.items():
        found[name] = {f"p{share}_ms": float(np.percentile(taken, share)) * 1000 for share in (50, 99)}
        print(f"{name:8s} p50 {found[name]['p50_ms']:8.1f} ms   p99 {found[name]['p99_ms']:8.1f} ms")
    found["ratio"] = found["request"]["p50_ms"] / found["bare"]["p50_ms"]
    print(f"ratio of the medians {found['ratio']:.2f}")
    print(json.dumps(found))


@contextlib.contextmanager
def made(arguments: argparse.Namespace) -> Iterator[Path]:
    """Give the version that a run over drawn memes pushes."""
    weights = RANDOM_WEIGHTS if "vgg16" in arguments.config else ()
    with tempfile.TemporaryDirectory() as scratch:
        data, output = draw_spans(Path(scratch), [arguments.count]), Path(scratch) / "output"
        run_pipeline(arguments.config, data, output, ("serving.check=false", "train.epochs=1", *weights))
        yield next(path for path in (output / "models").iterdir() if path.name.isdigit())


def measure(model: Path, requests: int) -> dict[str, list[float]]:
    """Return the seconds of each request and of each bare pass."""
    from components import keys
    from components.serving_check.client import Client

    client = Client(str(model))
    bare = bare_pass(json.loads((model / keys.MODEL_CARD).read_text())["spec"])
    ways: dict[str, Callable[[bytes], Any]] = {
        "bare": bare,
        "request": lambda picture: client.ask([picture], [TEXT]),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number, picture in enumerate(draw_images(requests + WARM)):
        for name, ask in ways.items():
            started = time.perf_counter()
            ask(picture)
            if number >= WARM:
                seconds[name].append(time.perf_counter() - started)
    return seconds


def bare_pass(spec: dict[str, Any]) -> Callable[[bytes], None]:
    """Return what decodes a JPEG and runs the model's frozen encoders on it and on a text."""
    import keras
    import tensorflow as tf

    from components.encoders.build import build_image_encoder, build_text_encoder
    from components.encoders.given_vector import GivenVector

    image, text = build_image_encoder(spec["image"]), build_text_encoder(spec["text"])

    @tf.function(input_signature=[tf.TensorSpec([], tf.string)])
    def see(picture: tf.Tensor) -> tf.Tensor:
        pixels = image.fit(tf.io.decode_jpeg(picture, channels=3))[tf.newaxis]
        if image.mode != "none":
            pixels = keras.applications.imagenet_utils.preprocess_input(pixels, mode=image.mode)
        return image.forward(pixels)

    read = None if text is None or isinstance(text, GivenVector) else tf.function(text)

    def run(picture: bytes) -> None:
        see(tf.constant(picture)).numpy()
        if read is not None:
            read(tf.constant([TEXT])).numpy()

    return run


if __name__ == "__main__":
    main()
