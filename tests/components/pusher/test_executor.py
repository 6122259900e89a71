"""Pusher's executor with real artifacts."""

from __future__ import annotations

from pathlib import Path

import pytest
import tensorflow as tf
from tfx.proto import pusher_pb2
from tfx.types import artifact, standard_artifacts
from tfx.utils import proto_utils

from components.live_model import registry
from components.pusher.executor import Executor


def model(folder: Path, weights: float) -> artifact.Artifact:
    module = tf.Module()
    module.weights = tf.Variable([weights])
    tf.saved_model.save(module, str(folder / "Format-Serving"))
    made = standard_artifacts.Model()
    made.uri = str(folder)
    return made


def push(tmp_path: Path, candidate: artifact.Artifact, blessed: bool = True) -> artifact.Artifact:
    blessing, pushed = standard_artifacts.ModelBlessing(), standard_artifacts.PushedModel()
    blessing.uri, pushed.uri = str(tmp_path / "blessing"), str(tmp_path / "pushed")
    blessing.set_int_custom_property("blessed", int(blessed))
    destination = pusher_pb2.PushDestination(
        filesystem=pusher_pb2.PushDestination.Filesystem(base_directory=str(tmp_path / "models"))
    )
    reference = standard_artifacts.ExampleStatistics()
    reference.uri = str(tmp_path / "gate")
    (tmp_path / "gate" / "Split-train").mkdir(parents=True, exist_ok=True)
    (tmp_path / "gate" / "Split-train" / "FeatureStats.pb").write_bytes(b"statistics of the train split")
    Executor().Do(
        {"model": [candidate], "model_blessing": [blessing], "reference": [reference]},
        {"pushed_model": [pushed]},
        {"push_destination": proto_utils.proto_to_json(destination)},
    )
    return pushed


def test_blessed_model_is_pushed_whole_with_its_record(tmp_path: Path) -> None:
    pushed = push(tmp_path, model(tmp_path / "a", 1.0))
    version = registry.live_version(str(tmp_path / "models"))
    assert version is not None
    assert pushed.get_int_custom_property("pushed") == 1
    assert pushed.get_string_custom_property("pushed_version") == str(version)
    assert tf.saved_model.load(str(tmp_path / "models" / str(version)))
    record = registry.read_record(str(tmp_path / "models"), version)
    assert record is not None
    assert record.model_uri == str(tmp_path / "a")
    kept = Path(registry.reference_path(str(tmp_path / "models"), version))
    assert (kept / "Split-train" / "FeatureStats.pb").read_bytes() == b"statistics of the train split"


def test_model_that_was_not_blessed_is_not_pushed(tmp_path: Path) -> None:
    pushed = push(tmp_path, model(tmp_path / "a", 1.0), blessed=False)
    assert pushed.get_int_custom_property("pushed") == 0
    assert not (tmp_path / "models").exists()


def test_model_that_is_live_is_not_pushed_again_and_a_new_one_gets_a_higher_version(tmp_path: Path) -> None:
    push(tmp_path, model(tmp_path / "a", 1.0))
    first = registry.live_version(str(tmp_path / "models"))
    again = push(tmp_path, model(tmp_path / "b", 1.0))
    assert again.get_int_custom_property("unchanged") == 1
    assert registry.live_version(str(tmp_path / "models")) == first
    push(tmp_path, model(tmp_path / "c", 2.0))
    second = registry.live_version(str(tmp_path / "models"))
    assert first is not None
    assert second is not None
    assert second > first


def test_push_that_dies_while_copying_leaves_the_old_version_live_and_is_cleaned_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(tmp_path, model(tmp_path / "a", 1.0))
    models = tmp_path / "models"
    first = registry.live_version(str(models))
    candidate = model(tmp_path / "b", 2.0)
    with monkeypatch.context() as patched:
        rename = tf.io.gfile.rename

        def dies_before_the_version_appears(source: str, target: str, overwrite: bool = False) -> None:
            if "/.staging-" in source:
                raise OSError("killed")
            rename(source, target, overwrite)

        patched.setattr("tensorflow.io.gfile.rename", dies_before_the_version_appears)
        with pytest.raises(OSError, match="killed"):
            push(tmp_path, candidate)
    assert registry.live_version(str(models)) == first
    assert [path for path in models.iterdir() if path.name.startswith(".staging-")]
    assert [path.name for path in models.iterdir() if path.name.isdecimal()] == [str(first)]
    push(tmp_path, candidate)
    assert not [path for path in models.iterdir() if path.name.startswith(".staging-")]
    assert registry.live_version(str(models)) != first
