"""DataGate's executor with real artifacts, TFDV's real statistics, and Beam."""

from __future__ import annotations

import dataclasses
import json
import logging
from pathlib import Path

import pytest
from tfx.types import artifact

from components import keys
from components.data_gate.executor import DataGateError
from components.data_gate.reference import read_reference
from tests.components.data_gate.world import SETTINGS, Draw, example, gate, pushed, split_of


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> artifact.Artifact:
    return gate(tmp_path_factory.mktemp("reference"), Draw().examples())["reference"]


def findings(outputs: dict[str, artifact.Artifact]) -> list[str]:
    return json.loads(outputs["findings"].get_string_custom_property("findings"))


def test_good_examples_pass_and_leave_what_later_runs_are_compared_with(reference: artifact.Artifact) -> None:
    kept = read_reference(reference.uri)
    assert kept is not None
    train = sum(split_of(made) == keys.TRAIN for made in Draw().examples())
    assert (kept.summary.examples, kept.summary.sampled, kept.summary.groups) == (train, train, train)
    assert kept.summary.medians["image_size"] == 48
    assert kept.statistics.datasets[0].num_examples == train
    assert "word1" not in Path(reference.uri, "summary.json").read_text()


def test_another_sample_of_the_same_passes_and_says_how_far_it_stands(
    tmp_path: Path, reference: artifact.Artifact, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "fusegate.data_gate")
    outputs = gate(tmp_path, Draw(seed=1).examples(), live=pushed(tmp_path, reference))
    assert findings(outputs) == []
    (said,) = (record.message for record in caplog.records if "drift against" in record.message)
    for name in ("label", "language", "text_length", "vocabulary", "image_size", "brightness"):
        assert f"{name} 0." in said


SAID = {
    "drift_limits.label": "'1' was",
    "drift_limits.columns": "'de' was",
    "drift_limits.text_length": "a median of 44 when",
    "drift_limits.vocabulary": "most frequent new words: other1",
    "drift_limits.image_size": "a median of 48 when the live model was trained, 96 now",
    "drift_limits.brightness": "brightness of a picture",
}


def test_drift_stops_the_run_and_names_what_moved_and_five_records(
    tmp_path: Path, reference: artifact.Artifact
) -> None:
    drawn = Draw(seed=2, positives=0.8, german=0.8, length=24, words="other", side=96, brightness=60).examples()
    with pytest.raises(DataGateError) as error:
        gate(tmp_path, drawn, live=pushed(tmp_path, reference))
    in_train = {
        made.features.feature[keys.ID].bytes_list.value[0].decode() for made in drawn if split_of(made) == "train"
    }
    assert len(error.value.findings) == len(SAID)
    for key, said in SAID.items():
        (finding,) = (finding for finding in error.value.findings if key in finding.moved)
        assert said in finding.moved
        assert len(finding.ids) == 5
        assert set(finding.ids) <= in_train
        assert "data_gate.drift" in finding.mend
    assert error.value.exit_code == 2


def test_warning_gate_says_it_and_goes_on_and_one_that_is_off_says_nothing(
    tmp_path: Path, reference: artifact.Artifact, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "fusegate.data_gate")
    drawn = Draw(seed=3, side=96).examples()
    settings = dataclasses.replace(SETTINGS, modes={"drift": "warn", "own_rules": "off"}, rules=("examples > 1000",))
    outputs = gate(tmp_path, drawn, settings, pushed(tmp_path, reference))
    (warned,) = (record.message for record in caplog.records if "image_size" in record.message)
    (kept,) = findings(outputs)
    assert kept in warned
    assert read_reference(outputs["reference"].uri) is not None


def test_anomalies_stop_the_run_with_the_records_and_the_command_that_reviews_the_schema(tmp_path: Path) -> None:
    drawn = Draw().examples()
    strange = [example({**plain(made), "language": "tlh"}) for made in drawn[:3]]
    with pytest.raises(DataGateError) as error:
        gate(tmp_path, [*strange, *drawn[3:]])
    found = [finding for finding in error.value.findings if finding.gate == "anomalies"]
    assert {pair_id for finding in found for pair_id in finding.ids} == {"s0-0", "s0-1", "s0-2"}
    assert all("language" in finding.moved and "schema accept run-7" in finding.mend for finding in found)


def plain(made: object) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, feature in made.features.feature.items():  # type: ignore[attr-defined]
        found[name] = (feature.bytes_list.value or feature.int64_list.value)[0]
    return found


def test_one_class_and_too_few_and_too_many_bad_are_told_at_once(tmp_path: Path) -> None:
    rows = [
        {"id": f"bad{number}", "reason": "text_empty", "detail": "x", "source": f"f:{number}"} for number in range(60)
    ]
    rows[40] = {"id": "", "reason": "image_missing", "detail": "x", "source": "f:40"}
    with pytest.raises(DataGateError) as error:
        gate(tmp_path, Draw(positives=0).examples(), quarantined=rows)
    by_gate = {finding.gate: finding for finding in error.value.findings}
    assert by_gate.keys() == {"bad_share", "one_class", "few_examples"}
    assert "60 of 300, 20.0% (59 text_empty, 1 image_missing)" in by_gate["bad_share"].moved
    assert {"bad0", "f:40"} <= set(by_gate["bad_share"].ids)
    assert len(by_gate["bad_share"].ids) == 5


def test_own_rules_stop_the_run_with_the_figures_also_those_of_drift(
    tmp_path: Path, reference: artifact.Artifact
) -> None:
    rules = ("examples == 240", "label_share > 0.9 or brightness_median < 10", "drift_brightness > 1")
    settings = dataclasses.replace(SETTINGS, rules=rules)
    with pytest.raises(DataGateError) as error:
        gate(tmp_path, Draw(seed=1).examples(), settings, pushed(tmp_path, reference))
    one, two = error.value.findings
    assert one.moved.startswith("label_share > 0.9 or brightness_median < 10")
    assert "brightness_median = 1" in one.moved
    assert two.moved.startswith("drift_brightness > 1")


def test_version_that_was_pushed_without_statistics_is_no_reference_and_this_is_said(
    tmp_path: Path, reference: artifact.Artifact, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "fusegate.data_gate")
    live = pushed(tmp_path, reference)
    Path(live.uri, "reference").unlink()
    assert findings(gate(tmp_path, Draw(side=96).examples(), live=live)) == []
    assert "pushed without statistics" in caplog.text
