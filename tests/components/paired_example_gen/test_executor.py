"""PairedExampleGen's executor on a drawn span with every kind of bad record."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tfx.dsl.components.base import base_beam_executor
from tfx.types import standard_artifacts

from components import keys
from components.errors import InputError
from components.paired_example_gen import counts, spans
from components.paired_example_gen.executor import Executor


def jpeg(seed: int) -> bytes:
    out = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 255, (40, 40, 3)).astype("uint8")
    Image.fromarray(pixels).save(out, "JPEG")
    return out.getvalue()


def record(pair_id: str, image: bytes, text: bytes, label: int | None) -> bytes:
    example = tf.train.Example()
    feature = example.features.feature
    feature[keys.ID].bytes_list.value.append(pair_id.encode())
    feature[keys.IMAGE].bytes_list.value.append(image)
    feature[keys.TEXT].bytes_list.value.append(text)
    if label is not None:
        feature[keys.LABEL].int64_list.value.append(label)
    return example.SerializeToString()


RECORDS = [
    *(record(f"good{n}", jpeg(n), f"text {n}".encode(), n % 2) for n in range(30)),
    record("twin", jpeg(0), b"another text on the first picture", 1),
    record("truncated", jpeg(50)[:400], b"half a picture", 0),
    record("blank", jpeg(51), b"   ", 1),
    record("two", jpeg(52), b"label two", 2),
    record("nolabel", jpeg(53), b"no label", None),
    record("latin", jpeg(54), b"caf\xe9", 1),
    record("good3", jpeg(55), b"an id that is taken", 1),
    b"not an example at all",
]


def write_span(root: Path, records: list[bytes]) -> None:
    folder = root / "span-4"
    folder.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(folder / "pairs-00000-of-00001.tfrecord.gz"), "GZIP") as writer:
        for item in records:
            writer.write(item)


def ingest(tmp_path: Path, records: list[bytes]) -> dict[str, list]:
    write_span(tmp_path / "data", records)
    examples, quarantine = standard_artifacts.Examples(), standard_artifacts.Examples()
    examples.uri, quarantine.uri = str(tmp_path / "examples"), str(tmp_path / "quarantine")
    outputs = {"examples": [examples], "quarantine": [quarantine]}
    context = base_beam_executor.BaseBeamExecutor.Context(
        beam_pipeline_args=["--runner=apache_beam.runners.portability.fn_api_runner.fn_runner.FnApiRunner"],
        tmp_dir=str(tmp_path / "tmp"),
        unique_id="1",
    )
    splits = json.dumps({"train": 0.5, "eval": 0.25, "test": 0.25})
    properties = {"root": str(tmp_path / "data"), "span": "latest", "splits": splits, "seed": 1, "limits": "{}"}
    Executor(context).Do({}, outputs, properties)
    return outputs


def read(folder: str) -> dict[str, bytes]:
    files = tf.io.gfile.glob(f"{folder}/*")
    found = {}
    for item in tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator():
        feature = tf.train.Example.FromString(item).features.feature
        found[feature[keys.ID].bytes_list.value[0].decode()] = feature[keys.GROUP].bytes_list.value[0]
    return found


def test_every_record_ends_as_an_example_or_in_the_quarantine_with_its_reason(tmp_path: Path) -> None:
    outputs = ingest(tmp_path, RECORDS)
    [examples], [quarantine] = outputs["examples"], outputs["quarantine"]
    by_split = {split: read(f"{examples.uri}/Split-{split}") for split in keys.SPLITS}
    usable = {pair_id for members in by_split.values() for pair_id in members}
    assert usable == {*(f"good{n}" for n in range(30)), "twin"}
    rows = [json.loads(line) for line in (tmp_path / "quarantine" / "quarantine.jsonl").read_text().splitlines()]
    assert {row["id"]: row["reason"] for row in rows} == {
        "truncated": "image_not_decodable",
        "blank": "text_empty",
        "two": "label_not_binary",
        "nolabel": "label_missing",
        "latin": "text_not_utf8",
        "good3": "id_duplicate",
        "": "id_missing",
    }
    assert len(usable) + len(rows) == len(RECORDS)
    assert sum(counts.read_quarantine(quarantine.mlmd_artifact).values()) == len(rows)
    kept = counts.read_examples(examples.mlmd_artifact)
    assert {split: sum(labels.values()) for split, labels in kept.items()} == {s: len(m) for s, m in by_split.items()}
    [home] = [members for members in by_split.values() if "twin" in members]
    assert home["twin"] == home["good0"]


def test_file_that_changed_has_another_fingerprint(tmp_path: Path) -> None:
    write_span(tmp_path / "a", RECORDS)
    write_span(tmp_path / "b", RECORDS)
    write_span(tmp_path / "c", RECORDS[:-1])
    a, b, c = (spans.fingerprint(spans.find_span(str(tmp_path / name), "latest")) for name in "abc")
    assert a == b != c


def test_missing_span_is_refused_with_those_that_are_there(tmp_path: Path) -> None:
    write_span(tmp_path, RECORDS[:1])
    with pytest.raises(InputError, match=r"Received: 7\. There are: 4"):
        spans.find_span(str(tmp_path), "7")
    with pytest.raises(InputError, match="fusegate pack"):
        spans.find_span(str(tmp_path / "nowhere"), "latest")
