"""Keep the scores of every test pair beside the evaluation, and read them back."""

from __future__ import annotations

import contextlib
import contextvars
import json
from collections.abc import Iterator, Sequence
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow as tf

from components import keys
from components.evaluator.figures import SCORED

FILE_PREFIX = "scores"
CANDIDATE = "candidate"
BASELINE = "baseline"
SLICES = "slices"

scores_folder: contextvars.ContextVar[str] = contextvars.ContextVar("scores_folder")


@contextlib.contextmanager
def written_to(folder: str) -> Iterator[None]:
    """Say where the scores of the evaluation made inside go."""
    token = scores_folder.set(folder)
    try:
        yield
    finally:
        scores_folder.reset(token)


class WriteScores(beam.PTransform):
    """Writes a line of JSON per example on a side branch and passes the extracts on unchanged.

    Args:
        folder: The evaluation's folder.
        several: Whether a baseline is evaluated beside the candidate.
        columns: The columns that the evaluation is sliced by.
    """

    def __init__(self, folder: str, several: bool, columns: Sequence[str] = ()):
        super().__init__()
        self._prefix = f"{folder}/{FILE_PREFIX}"
        self._several = several
        self._columns = tuple(columns)

    def expand(self, extracts: beam.PCollection) -> beam.PCollection:
        _ = (
            extracts
            | "ToRow" >> beam.Map(_row, several=self._several, columns=self._columns)
            | "Write" >> beam.io.WriteToText(self._prefix, file_name_suffix=".jsonl", num_shards=1)
        )
        return extracts


def _row(extracts: dict[str, Any], several: bool, columns: Sequence[str]) -> str:
    features, predictions = extracts["features"], extracts["predictions"]
    row: dict[str, Any] = {
        keys.ID: _scalar(features[keys.ID]).decode(),
        keys.GROUP: _scalar(features[keys.GROUP]).decode(),
        keys.LABEL: int(_scalar(features[keys.LABEL])),
    }
    if columns:
        row[SLICES] = {column: _text(features.get(column)) for column in columns}
    models = predictions if several else {CANDIDATE: predictions}
    for model, outputs in models.items():
        row[model] = {output: float(_scalar(outputs[output])) for output in SCORED if output in outputs}
    return json.dumps(row)


def _scalar(value: Any) -> Any:
    return np.asarray(value).reshape(-1)[0]


def _text(value: Any) -> str:
    """Return the value of a slice column; empty where the pair has none."""
    values = np.asarray([] if value is None else value).reshape(-1)
    return values[0].decode() if len(values) else ""


def read_scores(folder: str) -> list[dict[str, Any]]:
    """Read the rows of an evaluation, ordered by id; empty where it wrote none."""
    rows: list[dict[str, Any]] = []
    for path in tf.io.gfile.glob(f"{folder}/{FILE_PREFIX}*.jsonl"):
        with tf.io.gfile.GFile(path) as file:
            rows += [json.loads(line) for line in file]
    return sorted(rows, key=lambda row: row[keys.ID])
