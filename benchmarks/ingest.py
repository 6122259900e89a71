"""How near packing and ingest come to the bare decode: JPEGs a second against Pillow alone, and their peak memory.

Run: `python benchmarks/ingest.py [--count 1600] [--small 250] [--large 1000]`. The rates are measured in one run, in
turn, without the seconds that Beam and TFX take to start, which are printed apart. The peaks are those of processes of
their own; that memory is flat is checked by `--small 1000 --large 20000` (minutes).
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from components.beam_options import with_default_runner
from components.peak_memory import peak_memory_mib
from components.quiet import import_tensorflow, quiet_logs

SIZES = ((224, 224), (320, 240), (480, 360), (640, 480))
SMALLEST = SIZES[:1]
_FEW = 8


def main() -> None:
    """Draw pictures, and measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1600, help="pictures of the rates (default: 1600)")
    parser.add_argument("--repeat", type=int, default=3, help="times each rate is measured (default: 3)")
    parser.add_argument("--small", type=int, default=250, help="pairs of the lower peak (default: 250)")
    parser.add_argument("--large", type=int, default=1000, help="pairs of the higher peak (default: 1000)")
    parser.add_argument("--child", nargs=2, metavar=("STEP", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    quiet_logs()
    if arguments.child:
        step, folder = arguments.child
        {"pack": run_pack, "ingest": run_ingest}[step](Path(folder))
        print(peak_memory_mib())
        return
    found = {"rates": measure_rates(arguments.count, arguments.repeat)}
    found["peaks"] = measure_peaks(arguments.small, arguments.large)
    print(json.dumps(found))


def draw(folder: Path, count: int, sizes: tuple[tuple[int, int], ...]) -> None:
    """Draw so many JPEGs, each of blurred squares and grain of its own, with their manifest."""
    import numpy as np
    from PIL import Image

    (folder / "img").mkdir(parents=True)
    with (folder / "manifest.jsonl").open("w") as manifest:
        for number in range(count):
            random = np.random.default_rng(number)
            size = sizes[number % len(sizes)]
            squares = Image.fromarray(random.integers(0, 256, (7, 9, 3), dtype=np.uint8)).resize(
                size, Image.Resampling.BICUBIC
            )
            grain = random.integers(-12, 13, (size[1], size[0], 1), dtype=np.int16)
            pixels = np.clip(np.asarray(squares, dtype=np.int16) + grain, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "img" / f"{number}.jpg", quality=88)
            row = {"id": number, "img": f"img/{number}.jpg", "text": f"text of number {number}", "label": number % 2}
            manifest.write(json.dumps(row) + "\n")


def decode_all(folder: Path) -> None:
    """Read and decode each picture with Pillow, and do nothing else."""
    from PIL import Image

    for path in sorted((folder / "img").iterdir()):
        with Image.open(io.BytesIO(path.read_bytes())) as image:
            image.load()


def run_pack(folder: Path) -> None:
    """Pack the folder's manifest into span 1."""
    from components.pack.pack import pack

    pack(folder / "manifest.jsonl", folder / "data", 1, overwrite=True)


def run_ingest(folder: Path) -> None:
    """Run PairedExampleGen's executor over span 1."""
    import_tensorflow()
    from tfx.dsl.components.base import base_beam_executor
    from tfx.types import standard_artifacts

    from components.paired_example_gen.component import PairedExampleGen
    from components.paired_example_gen.executor import Executor

    component = PairedExampleGen(
        root=str(folder / "data"),
        span="latest",
        input_fingerprint="",
        splits={"train": 0.6, "eval": 0.15, "test": 0.25},
        seed=1,
        limits={},
    )
    outputs = {}
    with tempfile.TemporaryDirectory(dir=folder) as out:
        for name in component.outputs:
            outputs[name] = [standard_artifacts.Examples()]
            outputs[name][0].uri = f"{out}/{name}"
        context = base_beam_executor.BaseBeamExecutor.Context(
            beam_pipeline_args=with_default_runner([]), tmp_dir=f"{out}/tmp", unique_id="1"
        )
        Executor(context).Do({}, outputs, component.exec_properties)


def measure_rates(count: int, repeat: int) -> dict[str, list[float]]:
    """Measure the pictures a second of each way, in turn, and print the medians of their ratios."""
    steps = {"decode": decode_all, "pack": run_pack, "ingest": run_ingest}
    rates: dict[str, list[float]] = {name: [] for name in steps}
    with tempfile.TemporaryDirectory() as root:
        few, many = Path(root) / "few", Path(root) / "many"
        draw(few, _FEW, SIZES)
        draw(many, count, SIZES)
        for step in steps.values():
            step(few)
        starts = {name: min(seconds(step, few) for _ in range(repeat)) for name, step in steps.items()}
        for _ in range(repeat):
            for name, step in steps.items():
                rates[name].append((count - _FEW) / (seconds(step, many) - starts[name]))
    print(f"Pillow's decode  {statistics.median(rates['decode']):7.1f} pictures/s")
    for name in ("pack", "ingest"):
        ratio = statistics.median(a / b for a, b in zip(rates[name], rates["decode"], strict=True))
        rate = statistics.median(rates[name])
        print(f"{name:<16} {rate:7.1f} pictures/s, {ratio:.2f} of the decode; {starts[name]:.1f} s to start")
    return rates


def seconds(step: Callable[[Path], None], folder: Path) -> float:
    """Return how long a step takes."""
    started = time.perf_counter()
    step(folder)
    return time.perf_counter() - started


def measure_peaks(small: int, large: int) -> dict[str, list[float]]:
    """Measure the peak memory of packing and ingest at two sizes, and print their ratio."""
    peaks: dict[str, list[float]] = {"pack": [], "ingest": []}
    for count in (small, large):
        with tempfile.TemporaryDirectory() as root:
            folder = Path(root) / "pictures"
            draw(folder, count, SMALLEST)
            for step, found in peaks.items():
                command = [sys.executable, __file__, "--child", step, str(folder)]
                printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                found.append(float(printed.split()[-1]))
    for step, (low, high) in peaks.items():
        print(f"peak of {step:<8} {low:7.0f} MiB at {small:,} pairs, {high:.0f} at {large:,}: {high / low:.2f} times")
    return peaks


if __name__ == "__main__":
    main()
