"""A span is looked at before it is trained on, with real record files."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import tensorflow as tf

from components import keys
from components.paired_example_gen.names import Names
from components.paired_example_gen.spans import find_span
from components.pairs.limits import PairLimits
from pipeline.retrain.probe import Probe, probe_span


def probe(root: Path, **fields: object) -> Probe:
    span = find_span(str(root), 1)
    assert span is not None
    return probe_span(span, Names(), PairLimits(), **({"max_bad_share": 0.2} | fields))  # type: ignore[arg-type]


def records(path: Path) -> list[bytes]:
    return list(tf.data.TFRecordDataset(str(path), "GZIP").as_numpy_iterator())


def write(path: Path, examples: list[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path), "GZIP") as writer:
        for example in examples:
            writer.write(example)


def test_whole_span_is_counted_and_all_of_it_is_seen(spans) -> None:
    spans.add(1)
    found = probe(spans.data)
    assert (found.pairs, found.fault) == (48, "")
    assert len(found.observations) == len(found.columns) == 48
    assert {columns[keys.LABEL] for columns in found.columns} == {0, 1}


def test_large_span_is_seen_in_a_sample_that_is_always_the_same(spans) -> None:
    spans.add(1)
    one, two = probe(spans.data, sample=12), probe(spans.data, sample=12)
    assert one.pairs == 48
    assert one.observations == two.observations
    assert 3 <= len(one.observations) <= 24


def test_truncated_file_is_a_fault_with_what_is_lost(spans) -> None:
    path = spans.add(1)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    fault = probe(spans.data).fault
    assert "× record_lost" in fault
    assert "retrain.max_bad_share" in fault


def test_truncated_file_that_nobody_has_counted_is_a_fault(spans) -> None:
    path = spans.add(1)
    (path.parent / "pack.json").unlink()
    path.write_bytes(path.read_bytes()[: -path.stat().st_size // 20])
    assert probe(spans.data).fault.startswith("a file ends in the middle of a record (span-1/")


def test_garbage_is_a_fault(spans) -> None:
    spans.add(1).write_bytes(b"<html>Bad gateway</html>")
    assert "100% of its pairs are unusable (48 × record_lost)" in probe(spans.data).fault


def test_few_unusable_pairs_are_left_to_ingest_and_many_are_a_fault(spans) -> None:
    path = spans.add(1)
    (path.parent / "pack.json").unlink()
    examples = records(path)
    for broken, is_fault in ((4, False), (20, True)):
        changed = [tf.train.Example.FromString(example) for example in examples]
        for example in changed[:broken]:
            example.features.feature[keys.IMAGE].bytes_list.value[0] = b"no picture"
        write(path, [example.SerializeToString() for example in changed])
        found = probe(spans.data)
        assert ("20 × image_format_unsupported" in found.fault) == is_fault
        assert len(found.observations) == 48 - broken


def test_two_streams_are_joined(spans, tmp_path: Path) -> None:
    pairs = [tf.train.Example.FromString(example) for example in records(spans.drawn / spans.add(9).name)]
    root = tmp_path / "streams"
    for name, held in (("images", (keys.ID, keys.IMAGE)), ("texts", (keys.ID, keys.TEXT, keys.LABEL))):
        halves = []
        for pair in pairs if name == "images" else reversed(pairs[3:]):
            half = tf.train.Example()
            for key in held:
                half.features.feature[key].CopyFrom(pair.features.feature[key])
            halves.append(half.SerializeToString())
        write(root / "span-1" / f"{name}.tfrecord.gz", halves)
    joined = probe(root)
    assert (joined.pairs, joined.fault, len(joined.observations)) == (45, "", 45)
    spans.add(1)
    whole = {seen.id: seen for seen in probe(spans.data).observations}
    assert all(
        dataclasses.replace(seen, group="") == dataclasses.replace(whole[seen.id], group="")
        for seen in joined.observations
    )
    assert "3 × without the other half" in probe(root, max_bad_share=0.05).fault


def test_slice_columns_come_along(spans) -> None:
    path = spans.add(1)
    (path.parent / "pack.json").write_text(json.dumps({}))
    changed = [tf.train.Example.FromString(example) for example in records(path)]
    for example in changed:
        example.features.feature["language"].bytes_list.value.append(b"en")
    write(path, [example.SerializeToString() for example in changed])
    span = find_span(str(spans.data), 1)
    assert span is not None
    found = probe_span(span, Names(slices=("language",)), PairLimits(), 0.2)
    assert {columns["language"] for columns in found.columns} == {"en"}
