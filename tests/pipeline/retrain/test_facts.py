"""What is gathered, from a real metadata store, real spans and a real registry."""

from __future__ import annotations

import datetime
import functools
import json
import shutil
from typing import Any

import ml_metadata as mlmd
import pandas as pd
import pytest
import tensorflow as tf
import tensorflow_data_validation as tfdv
from ml_metadata.proto import metadata_store_pb2 as pb
from tfx.types import standard_artifacts

from components.data_gate.data_summary import DataSummary
from components.data_gate.reference import Reference
from components.errors import InputError
from components.live_model import registry
from components.live_model.publish import publish, stage
from components.paired_example_gen import counts
from components.paired_example_gen import spans as spans_lib
from components.paired_example_gen.names import Names
from components.pairs.limits import PairLimits
from pipeline import metadata
from pipeline.config import Config
from pipeline.retrain.facts import gather
from pipeline.retrain.probe import probe_span
from pipeline.retrain.situation import NewSpan

DAY = 86_400.0


def put_run(config: Config, run_id: str, read: list[tuple[int, int]], pusher: int = pb.Execution.COMPLETE) -> None:
    """Put a run into the store as TFX does: ingest with its examples, and a Pusher."""
    store = mlmd.MetadataStore(metadata.connection_config(config))
    examples = standard_artifacts.Examples()
    examples.uri = "examples"
    found = [spans_lib.find_span(str(config.data.root), number) for number, _ in read]
    counts.write_lineage(examples, read, spans_lib.fingerprint([span for span in found if span is not None]))
    examples.mlmd_artifact.type_id = store.put_artifact_type(pb.ArtifactType(name="Examples"), can_add_fields=True)
    artifact = pb.Artifact(type_id=examples.mlmd_artifact.type_id, uri="examples")
    for name, value in examples.mlmd_artifact.custom_properties.items():
        artifact.custom_properties[name].CopyFrom(value)
    event = pb.Event(type=pb.Event.OUTPUT)
    event.path.steps.add().key = "examples"
    event.path.steps.add().index = 0
    for node, state, outputs in (
        ("PairedExampleGen", pb.Execution.COMPLETE, [(artifact, event)]),
        ("Pusher", pusher, []),
    ):
        kind = store.put_execution_type(pb.ExecutionType(name=f"tfx.components.{node}"))
        contexts = [
            context(store, *each)
            for each in (("pipeline", config.name), ("pipeline_run", run_id), ("node", f"{config.name}.{node}"))
        ]
        store.put_execution(pb.Execution(type_id=kind, last_known_state=state), outputs, contexts)


def context(store: mlmd.MetadataStore, kind: str, name: str) -> pb.Context:
    found = store.get_context_by_type_and_name(kind, name)
    if found is not None:
        return found
    made = pb.Context(type_id=store.put_context_type(pb.ContextType(name=kind)), name=name)
    [made.id] = store.put_contexts([made])
    return made


def push(config: Config, pushed_at: float, reference: Reference) -> int:
    """Make a small model live, with what it was trained on."""
    source = config.output / "trained"
    module = tf.Module()
    module.weights = tf.Variable([1.0])
    tf.saved_model.save(module, str(source))
    reference.write(str(config.output / "reference"))
    at = datetime.datetime.fromtimestamp(pushed_at, datetime.timezone.utc).isoformat()
    staging = stage(str(config.models), functools.partial(shutil.copytree, source))
    record = registry.Record(17, "tiny", "run-1", at, "digest", str(source), "code")
    publish(str(config.models), staging, record, {registry.REFERENCE: str(config.output / "reference")})
    return 17


def test_everything_is_new_before_the_first_run(spans) -> None:
    spans.add(1)
    situation = gather(spans.config(), 0.0)
    assert situation.window == (1,)
    assert situation.new == (NewSpan(1, 0, 48),)
    assert (situation.trained, situation.live, situation.age_days, situation.drift) == (None, None, None, None)


def test_what_a_complete_run_has_read_is_not_new(spans) -> None:
    spans.add(1)
    config = spans.config()
    put_run(config, "run-1", [(1, 0)])
    situation = gather(config, 0.0)
    assert situation.new == ()
    assert situation.trained is not None
    assert (situation.trained.run_id, situation.trained.spans) == ("run-1", ((1, 0),))
    spans.add(2)
    assert gather(config, 0.0).new == (NewSpan(2, 0, 48),)


@pytest.mark.parametrize("state", [pb.Execution.CANCELED, pb.Execution.FAILED, pb.Execution.RUNNING])
def test_run_that_did_not_come_to_its_push_has_not_judged_what_it_read(spans, state: int) -> None:
    spans.add(1)
    spans.add(2)
    config = spans.config()
    put_run(config, "run-1", [(1, 0)])
    put_run(config, "run-2", [(1, 0), (2, 0)], state)
    situation = gather(config, 0.0)
    assert situation.trained is not None
    assert situation.trained.run_id == "run-1"
    assert situation.new == (NewSpan(2, 0, 48),)


def test_of_a_version_that_pairs_were_added_to_only_those_are_new(spans) -> None:
    spans.add(1)
    config = spans.config()
    put_run(config, "run-1", [(1, 0)])
    for version, told in ((1, {"added": 7, "replaced": 1}), (2, {"added": 5, "replaced": 0})):
        pack_file = spans.add(1, version).parent / "pack.json"
        fields = json.loads(pack_file.read_text())
        pack_file.write_text(json.dumps(fields | {"appended": told}))
    assert gather(config, 0.0).new == (NewSpan(1, 2, 13),)


def test_span_that_was_written_over_is_new_again(spans) -> None:
    pack_file = spans.add(1).parent / "pack.json"
    config = spans.config()
    put_run(config, "run-1", [(1, 0)])
    pack_file.write_text(pack_file.read_text() + " ")
    assert gather(config, 0.0).new == (NewSpan(1, 0, 48),)


def test_empty_and_bad_spans_are_passed_over_and_the_window_reaches_back(spans) -> None:
    for number in (1, 2, 5):
        spans.add(number)
    (spans.data / "span-3").mkdir()
    spans.add(4).write_bytes(b"garbage")
    (spans.data / "span-6").mkdir()
    (spans.data / "span-6" / "images.tfrecord.gz").write_bytes(b"")
    situation = gather(spans.config(data={"root": str(spans.data), "window": 3}), 0.0)
    assert situation.window == (1, 2, 5)
    assert situation.empty == (3,)
    assert [bad.span for bad in situation.bad] == [6, 4]
    assert "with only one of them" in situation.bad[0].why
    assert situation.newest_is_bad


def test_spans_that_are_left_out_are_not_looked_at(spans) -> None:
    spans.add(1)
    spans.add(2).write_bytes(b"garbage")
    situation = gather(spans.config(data={"leave_out": [2]}), 0.0)
    assert (situation.window, situation.bad) == ((1,), ())


def test_data_root_without_spans_is_refused(spans) -> None:
    with pytest.raises(InputError, match="must hold span-N folders"):
        gather(spans.config(), 0.0)


def test_drift_and_age_are_measured_against_what_is_live(spans) -> None:
    spans.add(1)
    config = spans.config()
    span = spans_lib.find_span(str(spans.data), 1)
    assert span is not None
    seen = probe_span(span, Names(), PairLimits(), 0.2)
    ones: list[dict[str, Any]] = [{"label": 1}] * 48
    statistics = tfdv.generate_statistics_from_dataframe(pd.DataFrame(ones), n_jobs=1)
    now = datetime.datetime.now().timestamp()
    push(config, now - 40 * DAY, Reference(DataSummary.of(seen.observations, 48), statistics))
    situation = gather(config, now)
    assert situation.live == 17
    assert situation.age_days == pytest.approx(40, abs=0.01)
    assert situation.drift is not None
    assert (situation.drift.span, situation.drift.over) == (1, ["label"])
    # A run that has just judged another candidate is as good as a push: it need not be made again every day.
    put_run(config, "run-1", [(1, 0)])
    situation = gather(config, now)
    assert situation.age_days == pytest.approx(0, abs=0.01)
    assert situation.drift is None
