"""What the benchmarks of whole runs share: drawn pairs, and one `fusegate run` in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# What the models are worth is not asked here, so few pairs will do and nothing is refused.
_SETTINGS = ("data.min_per_class=1", "gate.min_gain=null", "gate.min_auc=0", "data_gate.drift=warn")
# Random weights cost what trained ones cost, and need no download.
RANDOM_WEIGHTS = ("image.weights=random",)

# As the Trainer logs it.
_HEADS = re.compile(r"fusion heads fitted in ([\d.]+) s")


def draw_spans(folder: Path, counts: Sequence[int]) -> Path:
    """Draw memes and pack them as the spans 1, 2 and so on, of so many pairs each; return the root of the spans."""
    from components.pack.pack import pack
    from pipeline.demo.memes import draw_memes

    manifest = draw_memes(folder / "memes", sum(counts), seed=1)
    rows, start = manifest.read_text().splitlines(keepends=True), 0
    for number, count in enumerate(counts, start=1):
        part = manifest.with_name(f"part-{number}.jsonl")
        part.write_text("".join(rows[start : start + count]))
        pack(part, folder / "data", number)
        start += count
    return folder / "data"


def run_pipeline(config: str, data: Path, output: Path, settings: Sequence[str] = ()) -> dict[str, Any]:
    """Run the pipeline once in a process of its own.

    Args:
        config: Name of a configuration in `configs/`.
        data: Root of the spans.
        output: Folder of the run's output.
        settings: More settings, as `--set` takes them.

    Returns:
        `seconds` from the start of the process to its end, `run` those of the run itself, `nodes` those of each node
        and `work` their sum, `cached`, the number of nodes that TFX's cache answered, `forwards`, the pictures and
        texts that an encoder read in this run, and `heads`, the seconds within Trainer that the fusion heads took.
    """
    command = [sys.executable, "-m", "pipeline.cli", "run", "--config", str(ROOT / "configs" / f"{config}.yaml")]
    for setting in (*_SETTINGS, f"data.root={data}", f"output={output}", *settings):
        command += ["--set", setting]
    before = set((output / "runs").glob("*/summary.json"))
    started = time.perf_counter()
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    made = set((output / "runs").glob("*/summary.json")) - before
    if not made:
        raise RuntimeError(f"the run must end with a summary. Received: {ended.stdout[-2000:]}{ended.stderr[-2000:]}")
    summary = json.loads(made.pop().read_text())
    if summary["verdict"] == "failed":
        raise RuntimeError(f"the run must end with a verdict. Received: {summary['headline']}")
    nodes = {node["name"]: node["seconds"] for node in summary["nodes"]}
    cached = {node["name"] for node in summary["nodes"] if node["cached"]}
    # Of a node that TFX's cache answered, the counts are those of the run that did the work.
    encoded = 0 if "FrozenFeatures" in cached else sum(half["encoded"] for half in summary["features"].values())
    return {
        "seconds": seconds,
        "run": summary["seconds"],
        "nodes": nodes,
        "work": sum(nodes.values()),
        "cached": len(cached),
        "forwards": encoded,
        "heads": sum(map(float, _HEADS.findall(ended.stderr))),
    }
