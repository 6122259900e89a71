from __future__ import annotations

import dataclasses
from pathlib import Path

import tensorflow as tf

from components.live_model import registry

RECORD = registry.Record(7, "tiny", "run-1", "2026-01-01T00:00:00+00:00", "abc", "/models/1", "code")


def save(folder: Path, weights: float = 1.0, settings: str = "{}") -> None:
    module = tf.Module()
    module.weights = tf.Variable([weights])
    tf.saved_model.save(module, str(folder))
    (folder / "assets.extra").mkdir()
    (folder / "assets.extra" / "fusegate.json").write_text(settings)


def test_live_version_is_the_highest_whole_one(tmp_path: Path) -> None:
    assert registry.live_version(str(tmp_path / "none")) is None
    save(tmp_path / "5")
    save(tmp_path / "7")
    save(tmp_path / ".staging-9")
    (tmp_path / "8").mkdir()
    assert registry.live_version(str(tmp_path)) == 7


def test_record_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    registry.write_record(str(tmp_path), RECORD)
    assert registry.read_record(str(tmp_path), 7) == RECORD
    assert registry.read_record(str(tmp_path), 8) is None


def test_fingerprint_of_the_registry_changes_with_what_is_live(tmp_path: Path) -> None:
    assert registry.registry_fingerprint(str(tmp_path)) == "none"
    save(tmp_path / "7")
    registry.write_record(str(tmp_path), RECORD)
    first = registry.registry_fingerprint(str(tmp_path))
    registry.write_record(str(tmp_path), dataclasses.replace(RECORD, model_digest="other"))
    assert registry.registry_fingerprint(str(tmp_path)) != first


def test_models_are_equal_by_weights_and_settings_whatever_the_bytes_of_the_graph(tmp_path: Path) -> None:
    save(tmp_path / "a")
    save(tmp_path / "b")
    save(tmp_path / "c", weights=2.0)
    save(tmp_path / "d", settings='{"epochs": 3}')
    (tmp_path / "b" / "saved_model.pb").write_bytes(b"the same graph in another order")
    a, b, c, d = (registry.model_digest(str(tmp_path / name)) for name in "abcd")
    assert a == b
    assert len({a, c, d}) == 3
