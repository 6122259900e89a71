"""What earlier runs have encoded is not encoded again, and the results are the same to the bit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from components import keys
from components.encoders.build import encoder_fingerprint
from components.feature_cache.verify import verify
from components.frozen_features.cache_location import VARIABLE, at_cache_location, cache_location
from components.frozen_features.encode import Encoders
from tests.components.frozen_features.world import IMAGE, counts_of, example, picture, run, vectors_of

ROOT = Path(__file__).parents[3]
TEXT = {"encoder": "minilm", "weights": "package", "max_tokens": 16}


def pairs(*numbers: int) -> list[bytes]:
    return [example(number, picture(number)) for number in numbers]


def window(last: int) -> dict[str, list[bytes]]:
    """Pairs below `last` in three splits."""
    return {split: pairs(*range(place, last, 3)) for place, split in enumerate(keys.SPLITS)}


@pytest.fixture(scope="module")
def uncached(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, bytes], bytes]:
    examples, _ = run(tmp_path_factory.mktemp("uncached"), window(12))
    assert counts_of(examples) == {"image_forwards": 12}
    return vectors_of(examples)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory, uncached: dict[tuple[str, bytes], bytes]) -> Path:
    """A cache of the pictures below 12."""
    folder = tmp_path_factory.mktemp("cached")
    examples, _ = run(folder / "first", window(12), cache=folder / "cache")
    assert counts_of(examples) == {
        "image_forwards": 12,
        "image_hits": 0,
        "image_misses": 12,
        "image_damaged_segments": 0,
    }
    assert vectors_of(examples) == uncached
    return folder / "cache"


def counted(examples: Any) -> tuple[int, int, int]:
    counts = counts_of(examples)
    return counts["image_forwards"], counts["image_hits"], counts["image_misses"]


def test_a_second_run_encodes_nothing_and_gives_the_same_bits(
    cache: Path, uncached: dict[tuple[str, bytes], bytes], tmp_path: Path
) -> None:
    examples, _ = run(tmp_path, window(12), cache=cache)
    assert counted(examples) == (0, 12, 0)
    assert vectors_of(examples) == uncached


def test_a_window_with_a_new_span_encodes_only_what_is_new(
    cache: Path, uncached: dict[tuple[str, bytes], bytes], tmp_path: Path
) -> None:
    examples, _ = run(tmp_path / "grown", window(15), cache=cache)
    assert counted(examples) == (3, 12, 3)
    grown = vectors_of(examples)
    assert {key: grown[key] for key in uncached} == uncached
    again, _ = run(tmp_path / "again", window(15), cache=cache)
    assert counted(again) == (0, 15, 0)
    assert vectors_of(again) == grown


def test_another_id_text_or_split_is_no_other_picture(cache: Path, tmp_path: Path) -> None:
    splits = {"train": [], "eval": [], "test": [example(100 + number, picture(number)) for number in range(12)]}
    examples, _ = run(tmp_path, splits, cache=cache)
    assert counted(examples) == (0, 12, 0)


@pytest.mark.parametrize(
    "change", [{"seed": 2}, {"size": 33}, {"pooling": "avg_max"}, {"encoder": "mobilenet"}, {"dtype": "bfloat16"}]
)
def test_any_change_of_the_encoder_misses(change: dict[str, Any], cache: Path) -> None:
    changed = Encoders(IMAGE | change, {"encoder": "none"}, str(cache)).image
    assert changed.encoder.fingerprint != encoder_fingerprint(IMAGE)
    changed([picture(0)])
    assert changed.take_counts() == {"forwards": 1, "hits": 0, "misses": 1, "damaged_segments": 0}


def test_texts_are_kept_as_well(tmp_path: Path) -> None:
    first, _ = run(tmp_path / "first", window(6), text=TEXT, cache=tmp_path / "cache")
    second, _ = run(tmp_path / "second", window(6), text=TEXT, cache=tmp_path / "cache")
    assert counts_of(first)["text_forwards"] == 6
    assert {name: count for name, count in counts_of(second).items() if name.startswith("text")} == {
        "text_forwards": 0,
        "text_hits": 6,
        "text_misses": 0,
        "text_damaged_segments": 0,
    }
    assert vectors_of(first, keys.TEXT_VECTOR) == vectors_of(second, keys.TEXT_VECTOR)


def test_a_damaged_segment_is_counted_and_costs_only_its_own_pictures(
    uncached: dict[tuple[str, bytes], bytes], tmp_path: Path
) -> None:
    run(tmp_path / "first", window(12), cache=tmp_path / "cache")
    segments = sorted((tmp_path / "cache").rglob("*.arrow"))
    assert len(segments) == 3
    content = bytearray(segments[0].read_bytes())
    content[len(content) // 2] ^= 1
    segments[0].write_bytes(content)
    examples, _ = run(tmp_path / "second", window(12), cache=tmp_path / "cache")
    assert counted(examples) == (4, 8, 4)
    assert counts_of(examples)["image_damaged_segments"] == 1
    assert vectors_of(examples) == uncached


KILLED = """
import glob, os, signal, sys, time
import tensorflow as tf
from components.encoders.encoder import FrozenEncoder
from components.feature_cache.feature_cache import FeatureCache
from components.frozen_features.once_encoder import OnceEncoder

class Dying(FrozenEncoder):
    def encode(self, inputs):
        seen = tf.py_function(self.look, [inputs], tf.float32)
        return tf.ensure_shape(seen, [None, 1])

    def look(self, inputs):
        if any(int(each) >= 1500 for each in inputs.numpy()):
            # Batches are encoded ahead of what is kept.
            while not glob.glob(f"{sys.argv[1]}/*/*.arrow"):
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGKILL)
        return tf.cast(tf.strings.length(inputs), tf.float32)[:, tf.newaxis]

encoder = Dying("dying", "text", 1, "ab" * 32)
once = OnceEncoder(encoder, FeatureCache(sys.argv[1], encoder.fingerprint, "dying", 1))
once([str(number).encode() for number in range(1000, 2000)])
"""


def test_a_run_that_is_killed_has_kept_what_it_had_encoded(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    verified = verify(str(tmp_path))
    assert verified.vectors in (256, 512)
    assert verified.damaged == ()


def test_the_location_is_that_of_the_run_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "before")
    with at_cache_location(None):
        assert cache_location() is None
    with pytest.raises(KeyError), at_cache_location(str(tmp_path / "new")):
        assert cache_location() == str(tmp_path / "new")
        raise KeyError
    assert cache_location() == "before"
