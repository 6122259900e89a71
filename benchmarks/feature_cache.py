"""What the feature cache saves: a run with 10 % new pictures, and one with none, against the first.

Run: `python benchmarks/feature_cache.py [--count 1000] [--encoder vgg16]`. The real executor runs three times over as
many pictures, with one cache: first empty, then with all but 10 % of them, then with all. What each costs is measured
in one run, starting Beam and building the model included; the counters say what went through the encoder.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from _features import SPECS, draw_images, run_features

from components.quiet import import_tensorflow, quiet_logs


def main() -> None:
    """Draw pictures, and time three runs over windows of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="pictures of each run (default: 1000)")
    parser.add_argument("--encoder", choices=SPECS, default="efficientnet_lite0")
    parser.add_argument("--repeat", type=int, default=1, help="times all is measured (default: 1)")
    arguments = parser.parse_args()
    quiet_logs()
    import_tensorflow()
    spec = SPECS[arguments.encoder]
    new = max(1, arguments.count // 10)
    images = draw_images(arguments.count + new)
    run_features(spec, images[:1], None)
    rows = [measure(spec, images, new) for _ in range(arguments.repeat)]
    found = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    for name, what in (("first", "first run"), ("new", "10 % new"), ("none", "none new")):
        print(
            f"{what:10s} {found[name]:8.1f} s, {found[f'{name}_forwards']:6.0f} encoded, "
            f"ratio {found[name] / found['first']:.3f}"
        )
    print(json.dumps({"encoder": arguments.encoder, "count": arguments.count, **found, "rows": rows}))


def measure(spec: dict[str, Any], images: Sequence[bytes], new: int) -> dict[str, float]:
    """Time the three runs with a cache of their own."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as cache:
        for name, some in (("first", images[:-new]), ("new", images[new:]), ("none", images[new:])):
            found[name], counts = run_features(spec, some, Path(cache))
            found[f"{name}_forwards"] = counts["image_forwards"]
    return found


if __name__ == "__main__":
    main()
