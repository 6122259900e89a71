"""What a run costs beside its nodes' own work: imports, TFX's bookkeeping, the report; and a run that is all cached.

Run: `python benchmarks/orchestration.py [--count 300]`. `fusegate run` three times over the same drawn memes, each a
process of its own. The second one compares with what the first has pushed; the third finds everything in TFX's cache.
In neither does an encoder read anything. The imports are timed in a process of their own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _runs import ROOT, draw_spans, run_pipeline

from components.quiet import quiet_logs

RUNS = ("first run", "after the push", "all cached")
# As `pipeline.execute` imports them.
IMPORTS = (
    "from components.quiet import import_tensorflow, quiet_logs; quiet_logs(); import_tensorflow(); "
    "import pipeline.local, pipeline.summarize, pipeline.report.page"
)


def main() -> None:
    """Draw memes, run three times, and print what is beside the work."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=300, help="pairs (default: 300)")
    parser.add_argument("--config", default="demo", help="a configuration in configs/ (default: demo)")
    parser.add_argument("--set", action="append", default=[], dest="settings", metavar="KEY=VALUE")
    arguments = parser.parse_args()
    quiet_logs()
    with tempfile.TemporaryDirectory() as scratch:
        data = draw_spans(Path(scratch), [arguments.count])
        output = Path(scratch) / "output"
        runs = {name: run_pipeline(arguments.config, data, output, arguments.settings) for name in RUNS}
    imports = time_imports()
    for name, run in runs.items():
        beside = run["seconds"] - run["work"]
        print(
            f"{name:15s}{run['seconds']:8.1f} s = {run['work']:.1f} s of its nodes + {beside:.1f} s beside them "
            f"({imports:.1f} s of imports, {run['run'] - run['work']:.1f} s between nodes), "
            f"{run['cached']} of {len(run['nodes'])} nodes cached, {run['forwards']} encoder forwards"
        )
    ratio = runs["all cached"]["seconds"] / imports
    print(f"all cached against the bare imports: ratio {ratio:.2f}")
    print(json.dumps({"runs": runs, "imports": imports, "ratio": ratio}))


def time_imports() -> float:
    """Return the seconds of a process that imports what a run imports, and ends."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", IMPORTS], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
