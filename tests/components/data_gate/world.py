"""Drawn examples with TFDV's real statistics and anomalies, as the artifacts that DataGate gets."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_data_validation as tfdv
from google.protobuf import text_format
from PIL import Image
from tensorflow_data_validation.statistics import stats_impl
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact, standard_artifacts
from tfx_bsl.coders.example_coder import ExamplesToRecordBatchDecoder

from components import keys
from components.beam_options import with_default_runner
from components.data_gate.executor import Executor
from components.data_gate.settings import GateSettings
from components.paired_example_gen import counts

SCHEMA = (
    (Path(__file__).parents[3] / "schema" / "schema.pbtxt").read_text(encoding="utf-8")
    + """
feature {
  name: "language"
  type: BYTES
  value_count { min: 1 max: 1 }
  string_domain { name: "language" value: "en" value: "de" }
}
"""
)
SETTINGS = GateSettings(max_bad_share=0.1, min_per_class=5)


@dataclasses.dataclass(frozen=True)
class Draw:
    """How examples are drawn.

    Attributes:
        count: How many.
        seed: Another seed is another sample of the same.
        positives: Share of label 1.
        brightness: Mean grey of the pictures.
        side: Width and height of the pictures.
        length: Mean of the texts' words.
        words: What the words are called.
        german: Share of `de`, else `en`.
    """

    count: int = 240
    seed: int = 0
    positives: float = 0.4
    brightness: float = 120
    side: int = 48
    length: float = 8
    words: str = "word"
    german: float = 0.3

    def examples(self) -> list[tf.train.Example]:
        """Draw them."""
        random = np.random.default_rng(self.seed)
        return [self._example(random, f"s{self.seed}-{number}") for number in range(self.count)]

    def _example(self, random: np.random.Generator, pair_id: str) -> tf.train.Example:
        grey = np.clip(random.normal(self.brightness, 30), 0, 255)
        stream = io.BytesIO()
        Image.new("L", (self.side, self.side), int(grey)).save(stream, "PNG")
        words = np.minimum(random.zipf(1.5, max(1, random.poisson(self.length))), 400)
        language = "de" if random.random() < self.german else "en"
        values = {
            keys.ID: pair_id,
            keys.IMAGE: stream.getvalue(),
            keys.TEXT: " ".join(f"{self.words}{word}" for word in words),
            keys.LABEL: int(random.random() < self.positives),
            keys.GROUP: f"g{pair_id}",
            "language": language,
        }
        return example(values)


def example(values: Mapping[str, Any]) -> tf.train.Example:
    """Make an example of single values."""
    made = tf.train.Example()
    for name, value in values.items():
        feature = made.features.feature[name]
        if isinstance(value, int):
            feature.int64_list.value.append(value)
        else:
            feature.bytes_list.value.append(value.encode() if isinstance(value, str) else value)
    return made


def split_of(made: tf.train.Example) -> str:
    """Half goes to train, a quarter each to eval and test."""
    place = hashlib.sha256(made.features.feature[keys.ID].bytes_list.value[0]).digest()[0] % 4
    return (keys.TRAIN, keys.TRAIN, keys.EVAL, keys.TEST)[place]


def gate(
    folder: Path,
    examples: Sequence[tf.train.Example],
    settings: GateSettings = SETTINGS,
    live: standard_artifacts.Model | None = None,
    quarantined: Sequence[Mapping[str, str]] = (),
) -> dict[str, artifact.Artifact]:
    """Run DataGate's executor and return its outputs."""
    schema = text_format.Parse(SCHEMA, schema_pb2.Schema())
    inputs: dict[str, artifact.Artifact] = {
        "examples": standard_artifacts.Examples(),
        "quarantine": standard_artifacts.Examples(),
        "statistics": standard_artifacts.ExampleStatistics(),
        "schema": standard_artifacts.Schema(),
        "anomalies": standard_artifacts.ExampleAnomalies(),
        "live": live or standard_artifacts.Model(),
    }
    outputs = {"findings": standard_artifacts.ExampleAnomalies(), "reference": standard_artifacts.ExampleStatistics()}
    for name, made in (inputs | outputs).items():
        if name != "live":
            made.uri = str(folder / name)
            Path(made.uri).mkdir(parents=True)
    by_split: dict[str, Counter] = {split: Counter({"0": 0, "1": 0}) for split in keys.SPLITS}
    for split in keys.SPLITS:
        chosen = [made for made in examples if split_of(made) == split]
        by_split[split].update(str(made.features.feature[keys.LABEL].int64_list.value[0]) for made in chosen)
        _write_split(inputs, split, [made.SerializeToString() for made in chosen], schema)
    counts.write_examples(inputs["examples"], by_split, {})
    counts.write_quarantine(inputs["quarantine"], Counter(row["reason"] for row in quarantined))
    rows = "".join(json.dumps(row) + "\n" for row in quarantined)
    (folder / "quarantine" / "quarantine.jsonl").write_text(rows)
    (folder / "schema" / "schema.pbtxt").write_text(SCHEMA)
    inputs["anomalies"].split_names = json.dumps(list(keys.SPLITS))
    context = base_beam_executor.BaseBeamExecutor.Context(
        beam_pipeline_args=with_default_runner([]), tmp_dir=str(folder / "tmp"), unique_id="1", pipeline_run_id="run-7"
    )
    Executor(context).Do(
        {name: [made] for name, made in inputs.items()},
        {name: [made] for name, made in outputs.items()},
        {"settings": settings.to_json()},
    )
    return outputs


def pushed(folder: Path, reference: artifact.Artifact, version: int = 3) -> standard_artifacts.Model:
    """A live model with a reference, as LiveModel emits it."""
    live = standard_artifacts.Model()
    live.uri = str(folder / "live")
    live.set_int_custom_property("live_version", version)
    target = Path(live.uri) / "reference"
    target.parent.mkdir(parents=True)
    target.symlink_to(reference.uri)
    return live


def _write_split(inputs: Mapping[str, Any], split: str, records: list[bytes], schema: schema_pb2.Schema) -> None:
    for name in ("examples", "statistics", "anomalies"):
        Path(inputs[name].uri, f"Split-{split}").mkdir()
    with tf.io.TFRecordWriter(f"{inputs['examples'].uri}/Split-{split}/data.tfrecord.gz", "GZIP") as writer:
        for record in records:
            writer.write(record)
    batch = ExamplesToRecordBatchDecoder().DecodeBatch(records)
    statistics = stats_impl.generate_statistics_in_memory(batch, tfdv.StatsOptions(schema=schema))
    Path(inputs["statistics"].uri, f"Split-{split}", "FeatureStats.pb").write_bytes(statistics.SerializeToString())
    anomalies = tfdv.validate_statistics(statistics, schema)
    Path(inputs["anomalies"].uri, f"Split-{split}", "SchemaDiff.pb").write_bytes(anomalies.SerializeToString())
