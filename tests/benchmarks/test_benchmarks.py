"""Benchmarks run whole on a few pairs, and end with a line of JSON; what they measure there is worth nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def run(name: str, *arguments: str) -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, f"benchmarks/{name}.py", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return json.loads(ended.stdout.splitlines()[-1])


def test_a_new_tenth_and_nothing_new_are_measured_against_a_full_pass() -> None:
    found = run("feature_cache", "--count", "20")
    assert (found["first_forwards"], found["new_forwards"], found["none_forwards"]) == (20, 2, 0)


@pytest.mark.pipeline
def test_a_run_with_everything_cached_makes_no_encoder_forward() -> None:
    runs = run("orchestration", "--count", "80")["runs"]
    assert [each["forwards"] for each in runs.values()] == [80, 0, 0]
    assert runs["all cached"]["cached"] == len(runs["all cached"]["nodes"])
    assert all(each["seconds"] > each["run"] >= each["work"] > 0 for each in runs.values())


@pytest.mark.pipeline
def test_a_raw_request_is_measured_against_the_bare_encoders() -> None:
    found = run("serving", "--config", "demo", "--count", "80", "--requests", "5")
    assert found["request"]["p99_ms"] >= found["request"]["p50_ms"] > found["ratio"] > 0
