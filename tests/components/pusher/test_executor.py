"""Pusher's executor with real artifacts."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import tensorflow as tf
from tfx.types import artifact, standard_artifacts

from components.live_model import registry
from components.live_model.files_digest import files_digest
from components.pusher.executor import Executor


def model(folder: Path, weights: float) -> artifact.Artifact:
    module = tf.Module()
    module.weights = tf.Variable([weights])
    tf.saved_model.save(module, str(folder / "Format-Serving"))
    made = standard_artifacts.Model()
    made.uri = str(folder)
    return made


def push(tmp_path: Path, candidate: artifact.Artifact, blessed: bool = True, serving: bool = True) -> artifact.Artifact:
    infra, blessing, pushed = (
        standard_artifacts.InfraBlessing(),
        standard_artifacts.ModelBlessing(),
        standard_artifacts.PushedModel(),
    )
    blessing.uri, pushed.uri = str(tmp_path / "blessing"), str(tmp_path / "pushed")
    blessing.set_int_custom_property("blessed", int(blessed))
    infra.uri = str(tmp_path / "infra")
    infra.set_int_custom_property("blessed", int(serving))
    reference = standard_artifacts.ExampleStatistics()
    reference.uri = str(tmp_path / "gate")
    (tmp_path / "gate" / "Split-train").mkdir(parents=True, exist_ok=True)
    (tmp_path / "gate" / "Split-train" / "FeatureStats.pb").write_bytes(b"statistics of the train split")
    receipt = standard_artifacts.ModelEvaluation()
    receipt.uri = str(tmp_path / "receipt")
    (tmp_path / "receipt").mkdir(exist_ok=True)
    (tmp_path / "receipt" / "receipt.json").write_text("{}")
    Executor().Do(
        {
            "model": [candidate],
            "model_blessing": [blessing],
            "infra_blessing": [infra],
            "reference": [reference],
            "receipt": [receipt],
        },
        {"pushed_model": [pushed]},
        {"destination": str(tmp_path / "models")},
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


def test_refusal_says_which_blessing_is_missing(tmp_path: Path) -> None:
    refused = push(tmp_path, model(tmp_path / "a", 1.0), blessed=False)
    assert refused.get_string_custom_property("reason") == "the candidate was not blessed"
    refused = push(tmp_path, model(tmp_path / "b", 1.0), serving=False)
    assert refused.get_string_custom_property("reason") == "the check of its serving did not bless the candidate"


def test_receipt_stands_beside_the_version_and_the_record_knows_its_digest(tmp_path: Path) -> None:
    pushed = push(tmp_path, model(tmp_path / "a", 1.0))
    version = int(pushed.get_string_custom_property("pushed_version"))
    models = str(tmp_path / "models")
    kept = registry.receipt_path(models, version)
    assert (Path(kept) / "receipt.json").read_text() == "{}"
    record = registry.read_record(models, version)
    assert record is not None
    assert record.receipt_digest == files_digest(kept)
    assert record.files_digest == files_digest(registry.version_path(models, version))


def test_model_that_was_rolled_back_is_not_pushed_again_until_it_was_put_back(tmp_path: Path) -> None:
    models = str(tmp_path / "models")
    for name, weights in (("a", 1.0), ("b", 2.0)):
        push(tmp_path, model(tmp_path / name, weights))
    good, bad = registry.served_versions(models)
    good_record, bad_record = registry.read_record(models, good), registry.read_record(models, bad)
    assert good_record is not None and bad_record is not None

    def put_back(record: registry.Record, replaced: registry.Record) -> None:
        version = registry.next_version(models, 0)
        shutil.copytree(f"{models}/{record.version}", f"{models}/{version}")
        told = {"restored_from": record.version, "why": "complaints", "replaced": replaced.version}
        registry.write_record(
            models,
            dataclasses.replace(record, version=version, replaced_digest=replaced.model_digest, **told),
        )

    put_back(good_record, bad_record)
    refused = push(tmp_path, model(tmp_path / "c", 2.0))
    assert refused.get_int_custom_property("pushed") == 0
    reason = f"version {bad}, which is the same model, was rolled back (complaints)"
    assert reason in refused.get_string_custom_property("reason")
    put_back(bad_record, good_record)
    push(tmp_path, model(tmp_path / "d", 3.0))
    assert push(tmp_path, model(tmp_path / "e", 2.0)).get_int_custom_property("pushed") == 1


def test_what_a_killed_push_has_left_is_removed_by_the_next(tmp_path: Path) -> None:
    for left in (tmp_path / "models" / ".staging-model", tmp_path / "models" / "registry" / ".staging-receipt"):
        left.mkdir(parents=True)
        (left / "saved_model.pb").write_bytes(b"half")
    push(tmp_path, model(tmp_path / "a", 1.0))
    assert not list((tmp_path / "models").rglob(".staging-*"))
