"""Ten days of data, one span a day, through the real command: the right decision, whatever the day brings.

Days 2 and 5 bring too little, day 4 is empty, day 6 is corrupt, day 8 has drifted, and on day 9 all processes are
killed in the middle of a node.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ml_metadata as mlmd
import pytest
import yaml
from ml_metadata.proto import metadata_store_pb2 as pb
from PIL import Image

from components.live_model import registry
from components.pack.pack import pack
from pipeline import lineage, metadata
from pipeline.demo.memes import draw_memes
from pipeline.load_config import load_config
from pipeline.retrain.outcome import runs_in

pytestmark = [pytest.mark.pipeline, pytest.mark.slow]

ROOT = Path(__file__).parents[3]
A_DAY, A_LITTLE, ENOUGH = 150, 24, 60
ALERT = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + '\\n')"


@dataclasses.dataclass
class World:
    """A folder with drawn memes, of which every day packs some as a span."""

    folder: Path
    rows: list[dict[str, Any]]

    @property
    def file(self) -> Path:
        return self.folder / "tiny.yaml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def models(self) -> str:
        return str(load_config(self.file).models)

    @property
    def decisions(self) -> list[dict[str, Any]]:
        return read_lines(self.folder / "out" / "retrain" / "decisions.jsonl")

    @property
    def alerts(self) -> list[str]:
        return [each["decision"] + each["outcome"] for each in read_lines(self.folder / "alerts.jsonl")]

    def arrive(self, day: int, pairs: int = A_DAY, darker: bool = False) -> None:
        """Pack the next pairs as a day's span."""
        taken, self.rows = self.rows[:pairs], self.rows[pairs:]
        for row in taken if darker else ():
            path = self.folder / "memes" / row["img"]
            with Image.open(path) as image:
                dark = image.convert("RGB").point(lambda value: value // 4)
            dark.save(path)
        manifest = self.folder / "memes" / f"day-{day}.jsonl"
        manifest.write_text("".join(json.dumps(row) + "\n" for row in taken))
        pack(manifest, self.data, day)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "pipeline.cli", "retrain", "--config", str(self.file), "--json", *arguments]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def retrain(self, *arguments: str) -> dict[str, Any]:
        """Call the command, and return the decision that it printed: one line, the last one that it kept."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=3600)
        (line,) = out.splitlines()
        decision = json.loads(line)
        assert process.returncode == decision["exit_code"], err
        assert self.decisions[-1] == decision
        assert decision["outcome"] != "failed", decision["said"]
        assert decision["outcome"] != "failed", decision["said"]
        return decision

    def states(self) -> list[str]:
        """The states of all executions in ML Metadata."""
        config = load_config(self.file)
        store = mlmd.MetadataStore(metadata.connection_config(config))
        context = store.get_context_by_type_and_name(lineage.PIPELINE_CONTEXT, config.name)
        return [pb.Execution.State.Name(each.last_known_state) for each in store.get_executions_by_context(context.id)]


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


class Watch:
    """Looks at what is live, again and again, as TF Serving does."""

    def __init__(self, models: str):
        self.seen: list[int] = []
        self.faults: list[str] = []
        self._models = models
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._ended.wait(0.05):
            live = registry.live_version(self._models)
            if live is None:
                self.faults += ["nothing is live"] if self.seen else []
                continue
            if not Path(registry.version_path(self._models, live), "variables", "variables.index").exists():
                self.faults.append(f"version {live} is not whole")
            if live not in self.seen:
                self.seen.append(live)

    @contextlib.contextmanager
    def watching(self) -> Iterator[Watch]:
        self._thread.start()
        yield self
        self._ended.set()
        self._thread.join()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("ten-days")
    manifest = draw_memes(folder / "memes", 7 * A_DAY + 2 * A_LITTLE, seed=5, size=(96, 96))
    settings = {
        "name": "tiny",
        "preset": "vgg16_lstm",
        "output": str(folder / "out"),
        "data": {
            "root": str(folder / "data"),
            "min_per_class": 3,
            "window": 3,
            "splits": {"train": 0.5, "eval": 0.2, "test": 0.3},
        },
        "image": {"weights": "random", "size": 32, "pooling": "avg"},
        "text": {"max_tokens": 16, "vocabulary": 500},
        "image_branch": {"kind": "linear", "normalize": True},
        "text_branch": {"kinds": ["lexical", "pooled"]},
        "train": {"head": "late", "folds": 2, "epochs": 2},
        "gate": {"min_gain": -1, "min_auc": 0.1, "draws": 100, "min_slice_size": 15},
        "serving": {"check": False},
        "retrain": {
            "min_new_pairs": ENOUGH,
            "alert": {"command": [sys.executable, "-c", ALERT, str(folder / "alerts.jsonl")]},
        },
    }
    made = World(folder, [json.loads(line) for line in manifest.read_text().splitlines()])
    made.file.write_text(yaml.safe_dump(settings))
    return made


def kill_in_the_middle_of_a_node(world: World) -> None:
    """Start the command and take its power away while a node after FrozenFeatures is at work."""
    before = runs_in(world.folder / "out")
    process = world.start()
    assert process.stderr is not None
    for line in process.stderr:
        if line.split()[:1] == ["FrozenFeatures"]:
            break
    while "RUNNING" not in world.states():
        time.sleep(0.05)
    (child,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(process.pid, signal.SIGKILL)
    os.killpg(int(child), signal.SIGKILL)
    process.communicate(timeout=60)
    assert len(runs_in(world.folder / "out") - before) == 1
    assert "RUNNING" in world.states()


def never_worse(decision: dict[str, Any]) -> bool:
    """Whether a pushed model is no worse than what was live: on the window, and within its limit on the newest span."""
    window, newest = decision["compared"]["window"], decision["compared"]["newest"]
    return window["candidate"] >= window["live"] and newest["candidate"] >= newest["live"] - 0.02


def test_ten_days(world: World) -> None:
    with Watch(world.models).watching() as watch:
        decided = dict(ten_days(world))
    told = {day: (each["decision"], each["reason"], each["outcome"]) for day, each in decided.items()}
    assert told[1] == ("retrain", "new_span", "pushed")
    for day in (3, 7, 9, 10):
        assert told[day][0] == "retrain" and told[day][1] in ("new_span", "drift"), told[day]
    assert told[2] == told[5] == ("too_little_new", "", "")
    assert told[4] == ("nothing_new", "", "")
    assert told[6] == ("bad_span", "", "")
    assert told[8][:2] == ("retrain", "drift")
    assert "36 short of retrain.min_new_pairs" in decided[5]["said"]
    assert decided[4]["empty"] == [4]
    assert [each["span"] for each in decided[7]["left_out"]] == [6]
    windows = {day: decided[day]["window"] for day in (3, 7, 8, 9, 10)}
    assert windows == {3: [1, 2, 3], 7: [3, 5, 7], 8: [5, 7, 8], 9: [7, 8, 9], 10: [8, 9, 10]}
    assert "brightness" in decided[8]["drift"]["over"]
    assert decided[9]["resumed"]["phase"] == "running"
    assert {decided[day]["exit_code"] for day in (2, 4, 5)} == {0}
    assert decided[6]["exit_code"] == 2

    pushed = [each for each in decided.values() if each["outcome"] == "pushed"]
    assert [each["live"] for each in pushed] == watch.seen
    assert all(never_worse(each) for each in pushed[1:])
    assert len(pushed) > 1
    assert watch.faults == []
    for each in decided.values():
        assert each["outcome"] in ("pushed", "refused", "")
        assert each["outcome"] == "pushed" or each["live"] == each["live_before"] or not each["live_before"]
    assert world.alerts == [
        each["decision"] + each["outcome"]
        for each in decided.values()
        if each["outcome"] == "refused" or each["decision"] == "bad_span"
    ]
    assert set(world.states()) <= {"COMPLETE", "CACHED", "CANCELED"}
    # Each call has one line; the killed one was given its own by the next.
    assert len(world.decisions) == len(decided) + 1
    assert [each["outcome"] for each in world.decisions if each["outcome"] == "interrupted"] == ["interrupted"]
    warm = decided[10]["warm_start"][0]
    assert warm.startswith("pooled started from ")


def ten_days(world: World) -> Iterator[tuple[int, dict[str, Any]]]:
    """Let ten days pass; yield each day's decision."""
    for day, pairs in ((1, A_DAY), (2, A_LITTLE), (3, A_DAY)):
        world.arrive(day, pairs)
        yield day, world.retrain()
    (world.data / "span-4").mkdir()
    yield 4, world.retrain()
    world.arrive(5, A_LITTLE)
    yield 5, world.retrain()
    world.arrive(6)
    (shard,) = (world.data / "span-6").glob("*.tfrecord.gz")
    shard.write_bytes(shard.read_bytes()[: shard.stat().st_size // 2])
    yield 6, world.retrain()
    world.arrive(7)
    yield 7, world.retrain()
    world.arrive(8, darker=True)
    yield 8, world.retrain()
    world.arrive(9)
    kill_in_the_middle_of_a_node(world)
    yield 9, world.retrain()
    world.arrive(10)
    yield 10, world.retrain("--set", "serving.check=true", "--set", "serving.requests=10")
