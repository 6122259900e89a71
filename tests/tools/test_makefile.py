"""The Makefile's face."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGETS = [
    *("help", "setup", "demo", "test", "test-slow", "test-fast", "test-kubeflow", "lint", "bench"),
    *("image", "lock", "clean"),
]


def test_make_alone_lists_every_target_with_its_text() -> None:
    # Under `make test` this is a make within a make, which would tell the folder it works in.
    listing = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = listing.stdout.splitlines()
    assert [line.split()[1] for line in lines] == TARGETS
    assert all(len(line.split()) > 4 for line in lines)
