"""The whole pipeline on drawn memes, with the real TFX, TFDV, TFT, TFMA, MLMD and Beam."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

from components import keys
from components.evaluator.scores import CANDIDATE, read_scores
from components.live_model import registry
from components.paired_example_gen import counts
from pipeline import cli
from pipeline.local import Run, run_local
from pipeline.report.run_summary import RunSummary
from pipeline.summarize import summarize

pytestmark = pytest.mark.pipeline

NODES = [
    "ImportSchemaGen",
    "LiveModel",
    "PairedExampleGen",
    "StatisticsGen",
    "ExampleValidator",
    "DataGate",
    "FrozenFeatures",
    "Transform",
    "Trainer",
    "Evaluator",
    "ServingCheck",
    "Receipt",
    "Pusher",
]


def states(run: Run) -> dict[str, str]:
    return {name: node.state for name, node in run.nodes.items()}


def model_folder(run: Run) -> Path:
    return Path(run.nodes["Trainer"].outputs["model"][0].uri) / "Format-Serving"


@pytest.fixture(scope="module")
def pushed_version(first_run: Run) -> int:
    """What is live after the first run, before later tests push again."""
    version = registry.live_version(str(first_run.config.models))
    assert version is not None
    return version


def test_first_run_completes_every_node_and_pushes(first_run: Run, pushed_version: int) -> None:
    assert first_run.failure is None
    assert sorted(first_run.nodes) == sorted(NODES)
    assert set(states(first_run).values()) == {"COMPLETE"}
    record = registry.read_record(str(first_run.config.models), pushed_version)
    assert record is not None
    assert record.pipeline == "tiny"
    assert record.run_id == first_run.run_id
    assert record.model_digest == registry.model_digest(f"{first_run.config.models}/{pushed_version}")


def test_every_drawn_pair_is_an_example_or_in_the_quarantine(first_run: Run) -> None:
    node = first_run.nodes["PairedExampleGen"]
    by_split = counts.read_examples(node.outputs["examples"][0])
    set_apart = counts.read_quarantine(node.outputs["quarantine"][0])
    assert sum(sum(labels.values()) for labels in by_split.values()) + sum(set_apart.values()) == 240
    assert set(set_apart) == {"image_missing", "image_not_decodable", "text_empty", "label_not_binary"}


def test_each_picture_is_encoded_once(first_run: Run) -> None:
    properties = first_run.nodes["FrozenFeatures"].outputs["featured_examples"][0].custom_properties
    assert properties["image_forwards"].int_value == 236


def test_report_shows_the_verdict_and_a_dozen_examples(first_run: Run) -> None:
    summary = summarize(first_run)
    assert summary.verdict == "pushed"
    assert "nothing was live yet" in summary.baseline
    assert set(summary.aucs) == set(keys.OUTPUTS)
    assert len(summary.examples) == 12
    assert summary.scores is not None
    assert len(summary.scores.labels) == sum(summary.counts["test"].values())


def test_pushed_model_answers_raw_pairs_as_the_evaluator_scored_them(first_run: Run, pushed_version: int) -> None:
    model = tf.saved_model.load(f"{first_run.config.models}/{pushed_version}")
    uri = first_run.nodes["FrozenFeatures"].outputs["featured_examples"][0].uri
    records = list(tf.data.TFRecordDataset(tf.io.gfile.glob(f"{uri}/Split-test/*")).as_numpy_iterator())
    features = [tf.train.Example.FromString(record).features.feature for record in records]
    images = tf.constant([feature[keys.IMAGE].bytes_list.value[0] for feature in features])
    texts = tf.constant([feature[keys.TEXT].bytes_list.value[0] for feature in features])
    raw = model.signatures["serving_default"](image=images, text=texts)
    serialised = model.signatures["serving_examples"](tf.constant(records))
    scored = {
        row["id"]: row[CANDIDATE] for row in read_scores(first_run.nodes["Evaluator"].outputs["evaluation"][0].uri)
    }
    for output in keys.OUTPUTS:
        wanted = [scored[feature[keys.ID].bytes_list.value[0].decode()][output] for feature in features]
        np.testing.assert_allclose(raw[output].numpy()[:, 0], wanted, atol=1e-4)
        np.testing.assert_allclose(serialised[output].numpy()[:, 0], wanted, atol=1e-4)


def test_a_request_that_lacks_a_half_is_answered_by_the_other_halfs_model(first_run: Run, pushed_version: int) -> None:
    model = tf.saved_model.load(f"{first_run.config.models}/{pushed_version}")
    serve = model.signatures["serving_default"]
    jpeg = io.BytesIO()
    PIL.Image.new("RGB", (40, 30), (200, 40, 10)).save(jpeg, "JPEG")
    picture, text = jpeg.getvalue(), b"sunny cat"
    answers = {
        name: values.numpy()[:, 0]
        for name, values in serve(
            image=tf.constant([picture, picture, b"", b""]), text=tf.constant([text, b" \n", text, b""])
        ).items()
    }
    both, no_text, no_image, neither = range(4)
    for output in (keys.FUSED, keys.LATE):
        assert answers[output][no_text] == pytest.approx(answers[keys.IMAGE_ONLY][both], abs=1e-6)
        assert answers[output][no_image] == pytest.approx(answers[keys.TEXT_ONLY][both], abs=1e-6)
    assert len({answers[output][neither] for output in keys.OUTPUTS}) == 1
    np.testing.assert_array_equal(answers["probability"], answers["fused"])


def test_the_served_decision_is_that_of_the_threshold_chosen_on_eval(first_run: Run, pushed_version: int) -> None:
    model = tf.saved_model.load(f"{first_run.config.models}/{pushed_version}")
    training = summarize(first_run).training
    assert training is not None
    uri = first_run.nodes["FrozenFeatures"].outputs["featured_examples"][0].uri
    records = tf.data.TFRecordDataset(tf.io.gfile.glob(f"{uri}/Split-test/*"))
    answer = model.signatures["serving_examples"](tf.constant(list(records.as_numpy_iterator())))
    wanted = answer["probability"].numpy() >= np.float32(training.threshold)
    np.testing.assert_array_equal(answer["decision"].numpy() == 1, wanted)


def test_the_gate_measures_what_a_missing_half_costs(first_run: Run) -> None:
    rules = {rule.name: rule.value for rule in summarize(first_run).rules}
    assert [value for name, value in rules.items() if "gate.max_missing_loss" in name] == [0.0, 0.0]


def test_no_group_stands_in_two_splits(first_run: Run) -> None:
    uri = first_run.nodes["PairedExampleGen"].outputs["examples"][0].uri
    groups: dict[str, set[bytes]] = {}
    for split in keys.SPLITS:
        files = tf.io.gfile.glob(f"{uri}/Split-{split}/*")
        records = tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator()
        groups[split] = {
            tf.train.Example.FromString(record).features.feature[keys.GROUP].bytes_list.value[0] for record in records
        }
        assert groups[split]
    assert not groups["train"] & groups["test"]
    assert not groups["train"] & groups["eval"]
    assert not groups["eval"] & groups["test"]


def test_unchanged_run_is_answered_by_the_cache_and_pushes_nothing(
    world, first_run: Run, pushed_version: int, tmp_path: Path
) -> None:
    second = run_local(world.config())
    # LiveModel as well, unless another run has met this version.
    assert {name for name, state in states(second).items() if state == "COMPLETE"} - {"LiveModel"} == {
        "DataGate",
        "Evaluator",
        "ServingCheck",
        "Receipt",
        "Pusher",
    }
    assert summarize(second).verdict == "unchanged"
    third = run_local(world.config(f"feature_cache.location={tmp_path / 'moved'}"))
    assert set(states(third).values()) == {"CACHED"}
    assert summarize(third).features == summarize(first_run).features
    assert registry.live_version(str(first_run.config.models)) == pushed_version


@pytest.mark.slow
def test_same_seed_gives_identical_weights_and_verdict(world, first_run: Run) -> None:
    again = run_local(world.config(f"output={world.folder / 'again'}"))
    assert again.failure is None
    assert registry.model_digest(str(model_folder(again))) == registry.model_digest(str(model_folder(first_run)))
    one, two = summarize(first_run), summarize(again)
    assert (one.aucs, one.gain, one.verdict) == (two.aucs, two.gain, two.verdict)


def test_changed_setting_runs_only_what_depends_on_it_and_a_refusal_exits_3(
    world, first_run: Run, pushed_version: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["fusegate", "run", "--config", str(world.file), "--set", "gate.min_gain=0.9"])
    with pytest.raises(SystemExit) as exit_info:
        cli.main()
    assert exit_info.value.code == 3
    printed = capsys.readouterr().out
    assert "Refused, nothing pushed" in printed
    assert "gate.min_gain" in printed
    report = Path(printed.rsplit("Report", 1)[1].strip())
    assert "Refused" in report.read_text()
    nodes = {node.name: node for node in RunSummary.load(report.parent / "summary.json").nodes}
    assert nodes["Trainer"].cached
    assert not nodes["Evaluator"].cached
    assert registry.live_version(str(first_run.config.models)) == pushed_version


def test_gate_without_an_applicable_rule_blesses_nothing_and_says_so(world, first_run: Run) -> None:
    off = ["gate.min_gain=null", "gate.min_auc=null", "gate.max_missing_loss=null"]
    nothing_live = f"push_to={world.folder / 'nothing-live'}"
    for overrides in ([*off, "gate.max_drop=null"], [*off, nothing_live]):
        run = run_local(world.config(*overrides))
        assert run.failure is None
        summary = summarize(run)
        assert summary.verdict == "refused"
        assert "no rule of the gate could be applied" in summary.headline


def test_changed_span_file_is_never_a_cache_hit(world, first_run: Run) -> None:
    data = world.folder / "grown"
    shutil.copytree(world.folder / "data", data)
    pack_summary = data / "span-1" / "pack.json"
    fields = json.loads(pack_summary.read_text())
    fields["quarantined"]["text_too_long"] = 1000
    pack_summary.write_text(json.dumps(fields))
    run = run_local(world.config(f"data.root={data}"))
    assert states(run)["PairedExampleGen"] == "COMPLETE"
    assert run.failure is not None
    assert run.failure.exit_code == 2
    assert "data.max_bad_share" in str(run.failure)
    assert states(run)["DataGate"] == "FAILED"
    assert "FrozenFeatures" not in run.nodes
    assert summarize(run).verdict == "failed"


@pytest.mark.slow
def test_run_goes_on_after_a_node_has_failed(world, first_run: Run) -> None:
    overrides = [f"output={world.folder / 'mended'}"]
    failed = run_local(world.config(*overrides, "data.min_per_class=100000"))
    assert failed.failure is not None
    assert "data.min_per_class" in str(failed.failure)
    mended = run_local(world.config(*overrides))
    assert mended.failure is None
    assert {name for name, state in states(mended).items() if state == "CACHED"} >= {
        "PairedExampleGen",
        "StatisticsGen",
    }


def test_metadata_store_that_was_lost_is_refused(world, first_run: Run) -> None:
    output = world.folder / "lost"
    shutil.copytree(first_run.config.output, output)
    (output / "metadata.sqlite").unlink()
    with pytest.raises(Exception, match="must keep its metadata store") as error:
        run_local(world.config(f"output={output}"))
    assert error.value.exit_code == 2
