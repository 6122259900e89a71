"""Run the executor's own `Do` with real artifacts and the in-memory runner."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tfx.dsl.components.base import base_beam_executor
from tfx.types import standard_artifacts

from components import keys
from components.beam_options import with_default_runner
from components.paired_example_gen.executor import Executor

PLACING = {"group_by": "both", "ledger": ""}
SHARES = {keys.TRAIN: 0.6, keys.EVAL: 0.2, keys.TEST: 0.2}


@dataclasses.dataclass
class Ingested:
    """What the executor wrote."""

    examples: standard_artifacts.Examples
    quarantine: standard_artifacts.Examples

    def ids(self) -> dict[str, set[str]]:
        return {
            split: {example.features.feature[keys.ID].bytes_list.value[0].decode() for example in self.read(split)}
            for split in keys.SPLITS
        }

    def all(self) -> dict[str, Any]:
        """The features of every example, by id."""
        examples = [example.features.feature for split in keys.SPLITS for example in self.read(split)]
        return {feature[keys.ID].bytes_list.value[0].decode(): feature for feature in examples}

    def read(self, split: str) -> list[tf.train.Example]:
        return list(read_examples(f"{self.examples.uri}/Split-{split}/*.gz"))

    def rejected(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in Path(self.quarantine.uri, "quarantine.jsonl").read_text().splitlines()]

    def originals(self) -> list[tf.train.Example]:
        return list(read_examples(f"{self.quarantine.uri}/records-*.gz"))


def read_examples(pattern: str) -> Iterable[tf.train.Example]:
    files = tf.io.gfile.glob(pattern)
    return map(tf.train.Example.FromString, tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator())


@pytest.fixture(scope="session")
def ingest() -> Callable[..., Ingested]:
    """A function that ingests a data root; properties that are not given have their defaults."""

    def run(root: Path, limits: dict[str, Any] | None = None, **properties: Any) -> Ingested:
        folder = root.parent
        result = Ingested(standard_artifacts.Examples(), standard_artifacts.Examples())
        result.examples.uri, result.quarantine.uri = str(folder / "examples"), str(folder / "quarantine")
        context = base_beam_executor.BaseBeamExecutor.Context(
            beam_pipeline_args=with_default_runner([]), tmp_dir=str(folder / "tmp"), unique_id="1"
        )
        given = (
            {"span": "latest", "window": 1, "leave_out": [], "input_fingerprint": "", "features": {}, "slices": []}
            | PLACING
            | properties
        )
        Executor(context).Do(
            {},
            {"examples": [result.examples], "quarantine": [result.quarantine]},
            {
                **given,
                "root": str(root),
                "splits": json.dumps(SHARES),
                "seed": 1,
                "limits": json.dumps(limits or {}),
                "features": json.dumps(given["features"]),
                "slices": json.dumps(given["slices"]),
                "leave_out": json.dumps(given["leave_out"]),
            },
        )
        return result

    return run


@pytest.fixture(scope="session")
def picture() -> Callable[[int], bytes]:
    """A function that draws a picture of its own for each number."""

    def draw(number: int) -> bytes:
        pixels = np.random.default_rng(number).integers(0, 255, (16, 16, 3), dtype=np.uint8)
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG")
        return stream.getvalue()

    return draw


@pytest.fixture(scope="session")
def example() -> Callable[..., bytes]:
    """A function that serialises an example of single values by their types; None leaves a feature out."""

    def serialise(**values: Any) -> bytes:
        made = tf.train.Example()
        for name, value in values.items():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, (bytes, str)):
                    made.features.feature[name].bytes_list.value.append(
                        each.encode() if isinstance(each, str) else each
                    )
                elif isinstance(each, float):
                    made.features.feature[name].float_list.value.append(each)
                elif each is not None:
                    made.features.feature[name].int64_list.value.append(each)
        return made.SerializeToString()

    return serialise


@pytest.fixture(scope="session")
def write_file() -> Callable[[Path, Iterable[bytes]], Path]:
    """A function that writes records with TensorFlow, compressed where the name ends in `.gz`."""

    def write(path: Path, records: Iterable[bytes]) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tf.io.TFRecordWriter(str(path), "GZIP" if path.suffix == ".gz" else "") as writer:
            for record in records:
                writer.write(record)
        return path

    return write
