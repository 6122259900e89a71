"""What a run with 10 % new pictures costs against the first, and one with none.

Run: `python benchmarks/rerun.py [--count 1000] [--encoder vgg16]`. Three whole runs over drawn memes, each a process of
its own, with one feature cache: over span 1; over spans 1 and 2, the second a tenth as large; and over both once more,
with a limit of the ingest changed, so that TFX's cache answers nothing and the encoder's counter shows what is read
again. Times are those of FrozenFeatures; `benchmarks/feature_cache.py` measures its executor alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _runs import RANDOM_WEIGHTS, draw_spans, run_pipeline

from components.quiet import quiet_logs

NODE = "FrozenFeatures"
ENCODERS = {
    "efficientnet_lite0": ("image.encoder=efficientnet_lite0",),
    "vgg16": ("image.encoder=vgg16", *RANDOM_WEIGHTS),
}
# The exported model is not asked here.
SETTINGS = ("serving.check=false",)
WINDOWS = {
    "first": ("data.span=1",),
    "new": ("data.window=2",),
    "none": ("data.window=2", "data.max_text_chars=9999"),
}


def main() -> None:
    """Draw memes, run over three windows of them, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="pairs of the first run (default: 1000)")
    parser.add_argument("--encoder", choices=ENCODERS, default="vgg16")
    arguments = parser.parse_args()
    quiet_logs()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        data = draw_spans(folder, [arguments.count, max(1, arguments.count // 10)])
        runs = {
            name: run_pipeline("demo", data, folder / "output", (*SETTINGS, *ENCODERS[arguments.encoder], *window))
            for name, window in WINDOWS.items()
        }
    first = runs["first"]["nodes"][NODE]
    ratios = {name: run["nodes"][NODE] / first for name, run in runs.items()}
    for name, what in (("first", "first run"), ("new", "10 % new"), ("none", "none new")):
        run = runs[name]
        print(
            f"{what:10s}{run['nodes'][NODE]:8.1f} s of features, ratio {ratios[name]:.3f}; "
            f"{run['forwards']} pictures encoded; {run['seconds']:.1f} s whole"
        )
    print(json.dumps({"encoder": arguments.encoder, "count": arguments.count, "ratios": ratios, "runs": runs}))


if __name__ == "__main__":
    main()
