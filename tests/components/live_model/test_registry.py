from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import tensorflow as tf

from components.errors import InputError
from components.live_model import registry
from components.live_model.files_digest import files_digest
from components.live_model.lock import registry_lock

RECORD = registry.Record(7, "tiny", "run-1", "2026-01-01T00:00:00+00:00", "abc", "/models/1", "code")

EARLIER = ("version", "pipeline", "run_id", "pushed_at", "model_digest", "model_uri", "code")


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


def test_names_that_tf_serving_would_read_as_another_number_are_no_versions(tmp_path: Path) -> None:
    save(tmp_path / "5")
    for name in ("007", "9x", "٩", "-9"):
        save(tmp_path / name)
    assert registry.served_versions(str(tmp_path)) == [5]


def test_next_version_is_above_all_that_any_push_has_begun(tmp_path: Path) -> None:
    assert registry.next_version(str(tmp_path), 100) == 100
    (tmp_path / "200").mkdir()
    (tmp_path / "registry" / "300.receipt").mkdir(parents=True)
    (tmp_path / "registry" / "250.json.partial").write_text("{")
    assert registry.next_version(str(tmp_path), 100) == 301


def test_record_of_an_earlier_fusegate_is_read(tmp_path: Path) -> None:
    registry.write_record(str(tmp_path), RECORD)
    path = Path(registry.record_path(str(tmp_path), 7))
    kept = {name: value for name, value in json.loads(path.read_text()).items() if name in EARLIER}
    path.write_text(json.dumps(kept | {"later": 1}))
    assert registry.read_record(str(tmp_path), 7) == RECORD


def test_registry_has_one_writer_at_a_time(tmp_path: Path) -> None:
    with (
        registry_lock(str(tmp_path)),
        pytest.raises(InputError, match="one process at a time"),
        registry_lock(str(tmp_path), patience=0),
    ):
        pass
    with registry_lock(str(tmp_path), patience=0):
        pass


def test_digest_of_files_changes_with_any_name_or_byte(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12")
    first = files_digest(str(tmp_path))
    (tmp_path / "a").rename(tmp_path / "b")
    second = files_digest(str(tmp_path))
    (tmp_path / "b").write_bytes(b"13")
    assert len({first, second, files_digest(str(tmp_path))}) == 3
