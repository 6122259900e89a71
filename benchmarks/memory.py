"""The peak memory of a whole run as pairs grow, with vectors as wide as VGG16's flattened maps.

Run: `python benchmarks/memory.py [--small 4000] [--large 8000]`. Two runs over drawn memes, each a process of its own
with an output of its own. The encoder is a backbone that averages pixels two by two: 24,843 numbers a picture, nearly
those of VGG16 with `flatten`, at no cost. What the Trainer keeps of a pair is counted in the bytes that a further pair
costs.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _runs import draw_spans, run_pipeline

from components.quiet import quiet_logs

SIDE = 182
WIDTH = (SIDE // 2) ** 2 * 3
_KIB = 1024


def main() -> None:
    """Run the pipeline over few and over many pairs, and print both peaks and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=4000, help="pairs of the first run (default: 4000)")
    parser.add_argument("--large", type=int, default=8000, help="pairs of the second run (default: 8000)")
    arguments = parser.parse_args()
    quiet_logs()
    peaks = {}
    with tempfile.TemporaryDirectory() as scratch:
        settings = _encoder(Path(scratch) / "pixels.keras")
        for count in (arguments.small, arguments.large):
            # In a process of its own, since the system tells one peak for all the children of a process.
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as apart:
                peaks[count] = apart.submit(_peak, Path(scratch) / str(count), count, settings).result()
            print(f"{count:8,d} pairs{peaks[count]:9.0f} MiB at most", flush=True)
    ratio = peaks[arguments.large] / peaks[arguments.small]
    further = (peaks[arguments.large] - peaks[arguments.small]) * _KIB / (arguments.large - arguments.small)
    vector = WIDTH * 4 / _KIB
    print(f"ratio {ratio:.2f}; a further pair costs {further:.1f} KiB, its vector alone is {vector:.1f}")
    print(json.dumps({"peaks_mib": peaks, "ratio": ratio, "kib_a_pair": further, "vector_kib": vector}))


def _peak(folder: Path, count: int, settings: tuple[str, ...]) -> float:
    """Return the peak of a run over so many pairs, in MiB."""
    run_pipeline("vgg16_lstm", draw_spans(folder, [count]), folder / "output", settings)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / _KIB


def _encoder(path: Path) -> tuple[str, ...]:
    """Save the backbone in a process of its own, so that this one stays small; return the settings that name it."""
    code = (
        f"import keras; pixels = keras.Input(({SIDE}, {SIDE}, 3)); "
        f"keras.Model(pixels, keras.layers.AveragePooling2D(2)(pixels)).save({str(path)!r})"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return (
        "image.encoder=keras_file",
        f"image.weights={path}",
        f"image.size={SIDE}",
        "image.preprocessing=none",
        "serving.check=false",
    )


if __name__ == "__main__":
    main()
