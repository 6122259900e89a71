"""ServingCheck's executor with real exports, each probed in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from tfx.types import artifact, standard_artifacts

from components import keys
from components.serving_check.executor import NOT_CHECKED, REPORT_FILE, Executor
from tests.components.small_model import LIMITS, draw_pairs, write_model

PAIRS = draw_pairs(12)
SETTINGS: dict[str, Any] = {"requests": 5}


def raw_examples(folder: Path) -> artifact.Artifact:
    """Raw pairs as PairedExampleGen emits them."""
    made = standard_artifacts.Examples()
    made.uri, made.split_names = str(folder), '["eval"]'
    (folder / "Split-eval").mkdir(parents=True)
    options = tf.io.TFRecordOptions(compression_type="GZIP")
    with tf.io.TFRecordWriter(str(folder / "Split-eval" / "data.tfrecord.gz"), options) as writer:
        for pair_id, picture, text in PAIRS:
            example = tf.train.Example()
            for name, value in {keys.ID: pair_id.encode(), keys.IMAGE: picture, keys.TEXT: text.encode()}.items():
                example.features.feature[name].bytes_list.value.append(value)
            writer.write(example.SerializeToString())
    return made


def check(tmp_path: Path, blessed: bool = True, variant: str = "", **settings: Any) -> tuple[artifact.Artifact, dict]:
    model, judged, blessing = (
        standard_artifacts.Model(),
        standard_artifacts.ModelBlessing(),
        standard_artifacts.InfraBlessing(),
    )
    model.uri, blessing.uri = str(tmp_path / "model"), str(tmp_path / "blessing")
    judged.set_int_custom_property("blessed", int(blessed))
    judged.set_string_custom_property("variant", variant)
    limits = {"max_pixels": LIMITS.max_pixels, "max_image_bytes": LIMITS.max_image_bytes}
    Executor().Do(
        {"model": [model], "model_blessing": [judged], "examples": [raw_examples(tmp_path / "examples")]},
        {"blessing": [blessing]},
        {"settings": json.dumps(SETTINGS | settings), "limits": json.dumps(limits)},
    )
    return blessing, json.loads((tmp_path / "blessing" / REPORT_FILE).read_text())


def test_sound_export_is_blessed_and_everything_that_strangers_send_is_answered(tmp_path: Path) -> None:
    write_model(tmp_path / "model", PAIRS)
    blessing, report = check(tmp_path)
    assert blessing.get_string_custom_property("reason") == ""
    assert blessing.get_int_custom_property("blessed") == 1
    assert (tmp_path / "blessing" / "INFRA_BLESSED").exists()
    measured = report["measured"]
    assert measured["training_path"]["pairs"] == len(PAIRS)
    assert measured["training_path"]["difference"] < 1e-6
    pictures = measured["pictures"]
    assert {name for name, told in pictures.items() if told["used"]} == {
        name for name, told in pictures.items() if told["readable"]
    }
    assert {"WebP", "CMYK JPEG", "EXIF-turned JPEG", "transparent PNG", "PNG bomb", "1×1 PNG"} <= pictures.keys()
    assert max(told["as_packed"] for told in pictures.values() if told["exact"] and "as_packed" in told) < 1e-6
    assert measured["warm_up"]["requests"] == 4
    assert measured["latency"]["64"]["p99_ms"] >= measured["latency"]["64"]["p50_ms"] > 0
    assert measured["peak_memory_mib"] > 100


@pytest.mark.parametrize(
    ("altered", "worst"),
    [({"mode": "tf"}, {"image_only", "late", "fused"}), ({"lower": False}, {"text_only", "late", "fused"})],
    ids=["pictures scaled otherwise", "texts not lower-cased"],
)
def test_export_that_prepares_pairs_otherwise_than_training_is_refused(
    tmp_path: Path, altered: dict[str, Any], worst: set[str]
) -> None:
    write_model(tmp_path / "model", PAIRS, **altered)
    blessing, report = check(tmp_path)
    assert blessing.get_int_custom_property("blessed") == 0
    assert (tmp_path / "blessing" / "INFRA_NOT_BLESSED").exists()
    reason = blessing.get_string_custom_property("reason")
    assert reason.startswith("training path: served and trained probabilities differ by at most 0.")
    assert "the export does not prepare pictures or texts as training did" in reason
    differences = report["measured"]["training_path"]["differences"]
    assert {output for output, apart in differences.items() if apart > 1e-3} == worst
    assert [finding["name"] for finding in report["findings"] if finding["passed"] is False] == ["training path"]


@pytest.mark.slow
def test_variant_is_checked_in_place_of_the_fused_model_and_limits_refuse(tmp_path: Path) -> None:
    write_model(tmp_path / "model", PAIRS)
    blessing, report = check(tmp_path, variant=keys.TEXT_ONLY, max_memory_mib=1, max_p99_ms=0.001)
    assert report["measured"]["variant"] == keys.TEXT_ONLY
    assert report["measured"]["training_path"]["served_difference"] == 0
    reason = blessing.get_string_custom_property("reason")
    assert "latency of 1 pair: p50" in reason and "memory: peak" in reason and "training path" not in reason


def test_model_that_was_not_blessed_is_not_checked(tmp_path: Path) -> None:
    blessing, report = check(tmp_path, blessed=False)
    assert blessing.get_int_custom_property("blessed") == 0
    assert blessing.get_string_custom_property("reason") == NOT_CHECKED
    assert report["findings"] == []


@pytest.mark.slow
def test_model_that_does_not_load_is_refused_with_what_was_said(tmp_path: Path) -> None:
    path = Path(write_model(tmp_path / "model", PAIRS))
    (path / "saved_model.pb").write_bytes(b"no graph")
    blessing, _ = check(tmp_path)
    assert "loading: a fresh process cannot load the model" in blessing.get_string_custom_property("reason")


@pytest.mark.slow
def test_export_whose_weights_only_python_restores_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.trainer.export._servable", lambda module: module)
    path = write_model(tmp_path / "model", PAIRS)
    serve = tf.saved_model.load(path).signatures[keys.SIGNATURE_SERVING]
    assert serve(image=tf.constant([PAIRS[0][1]]), text=tf.constant([PAIRS[0][2]]))
    blessing, _ = check(tmp_path)
    assert "Could not find variable" in blessing.get_string_custom_property("reason")
