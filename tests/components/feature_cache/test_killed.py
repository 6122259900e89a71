"""A cache that is killed while it is written or merged is whole, wherever it is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.components.feature_cache.drawn import FINGERPRINT, filled, numbers_found

ROOT = Path(__file__).parents[3]


def killed_again_and_again(root: Path, what: str) -> list[dict[str, Any]]:
    script = [sys.executable, str(Path(__file__).parent / "kill_writes.py"), str(root), what]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(script, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    ends = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(ends) > 4
    assert {end["code"] for end in ends[:-1]} == {-signal.SIGKILL}
    assert ends[-1]["code"] == 0
    assert all(end["damaged"] == [] for end in ends)
    return ends


def test_a_write_killed_at_every_step_adds_all_or_nothing(tmp_path: Path) -> None:
    filled(tmp_path, 0, 30)
    ends = killed_again_and_again(tmp_path, "put")
    assert {len(end["found"]) for end in ends} == {30, 40}
    assert ends[-1]["found"] == list(range(40))


def test_a_merge_killed_at_every_step_loses_nothing(tmp_path: Path) -> None:
    for start in range(0, 40, 10):
        filled(tmp_path, start, start + 10)
    ends = killed_again_and_again(tmp_path, "prune")
    assert all(end["found"] == list(range(40)) for end in ends)
    assert len(list((tmp_path / FINGERPRINT).glob("*.arrow"))) == 1


WRITER = """
import sys
from pathlib import Path
from tests.components.feature_cache.drawn import digests, opened, vectors
cache = opened(Path(sys.argv[1]))
drawn = vectors(0, 40)
while True:
    for start in range(40):
        cache.put(digests(start, 40), drawn[start:])
        print(start, flush=True)
"""


def test_a_process_killed_in_the_midst_of_writing_leaves_only_whole_segments(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    for more in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, env=environment
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"0\n"
            time.sleep(0.003 * more)
            writer.send_signal(signal.SIGKILL)
        assert numbers_found(tmp_path, 40) == set(range(40))
        assert not list(tmp_path.rglob("*.damaged"))
