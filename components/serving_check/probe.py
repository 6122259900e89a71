"""What a model answers, and how fast: measured in a process that has nothing else in it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from components import keys
from components.peak_memory import peak_memory_mib
from components.serving_check.ask_strangers import SCORES, ask_strangers
from components.serving_check.attempt import attempt, first_line
from components.serving_check.client import Answers, Client
from components.serving_check.job import LARGE, PAIRS_FILE, RESULT_FILE, Job, read_job
from components.serving_check.layout import missing_files, signature_faults
from components.serving_check.raw_pairs import RawPairs
from components.trainer.warm_up import read_warm_up

# A size of request is timed for so many seconds, unless `Job.requests` are done before.
_ENOUGH_SECONDS = 3.0
# The second signature only parses what it hands to the first's graph: so many pairs show whether it does.
_FEW = 8


def probe(job: Job, records: Sequence[bytes]) -> dict[str, Any]:
    """Measure a model.

    Args:
        job: What is measured.
        records: Raw pairs as tf.Examples with `id`, `image`, `text` and perhaps `text_vector`.

    Returns:
        Measurements in plain values, for `components.serving_check.judge`; `error` where the model does not load.
    """
    told: dict[str, Any] = {"missing_files": missing_files(job.model)}
    started = time.perf_counter()
    try:
        client = Client(job.model)
    except Exception as error:  # Whatever it is, TF Serving would not load the model either.
        return told | {"error": first_line(error)}
    told["load_seconds"] = time.perf_counter() - started
    told["signature_faults"] = signature_faults(client)
    if told["signature_faults"] or told["missing_files"]:
        return told
    pairs = RawPairs(records, client.vector_width)
    # Played first, as TF Serving does: what is timed after it finds the graph optimised.
    told["warm_up"] = attempt(partial(_warm_up, client, job.model))
    seconds: list[float] = []
    together = attempt(partial(_timed, client, pairs, LARGE, seconds))
    told["training_path"] = (
        together if "error" in together else attempt(partial(_compare, client, pairs, together, job))
    )
    if "error" in told["training_path"]:
        return told
    told["latency"] = {
        "1": attempt(partial(_time, client, pairs, 1, job.requests, [])),
        str(LARGE): attempt(partial(_time, client, pairs, LARGE, max(1, job.requests // 5), seconds)),
    }
    told |= ask_strangers(client, pairs, together, job.limits)
    return told | {"peak_memory_mib": peak_memory_mib()}


def _compare(client: Client, pairs: RawPairs, together: Answers, job: Job) -> dict[str, Any]:
    """Compare served answers with the training path, with each other and over batch sizes."""
    path = job.training_path
    few = pairs.records[:_FEW]
    examples = client.ask_examples(few)
    alone = pairs.ask(client, 1)
    rows = [place for place, pair_id in enumerate(pairs.ids) if pair_id in path]
    served = np.array([[together[name][row] for name in keys.OUTPUTS] for row in rows])
    trained = np.array([[path[pairs.ids[row]][name] for name in keys.OUTPUTS] for row in rows])
    told: dict[str, Any] = {
        "pairs": len(rows),
        "examples_difference": max(_difference(together[name][: len(few)], examples[name]) for name in SCORES),
        "batch_difference": max(_difference(together[name][:1], alone[name]) for name in SCORES),
        "served_difference": _difference(together[keys.PROBABILITY], together[job.variant]),
    }
    if rows:
        apart = np.abs(served - trained)
        row, column = np.unravel_index(np.argmax(np.nan_to_num(apart, nan=np.inf)), apart.shape)
        told |= {
            "difference": float(apart[row, column]),
            "id": pairs.ids[rows[row]],
            "output": keys.OUTPUTS[column],
            "trained": float(trained[row, column]),
            "given": float(served[row, column]),
            "differences": {name: float(apart[:, place].max()) for place, name in enumerate(keys.OUTPUTS)},
        }
    return told


def _difference(one: NDArray, other: NDArray) -> float:
    return float(np.max(np.abs(one - other)))


def _timed(client: Client, pairs: RawPairs, count: int, seconds: list[float]) -> Answers:
    """Ask about so many pairs, and note how long it took."""
    started = time.perf_counter()
    answers = pairs.ask(client, count, len(seconds) * count)
    seconds.append(time.perf_counter() - started)
    return answers


def _time(client: Client, pairs: RawPairs, count: int, requests: int, seconds: list[float]) -> dict[str, Any]:
    """Time requests of so many pairs, beside those that were; a slow model is timed on fewer."""
    while len(seconds) < requests and (not seconds or sum(seconds) < _ENOUGH_SECONDS):
        _timed(client, pairs, count, seconds)
    p50, p99 = np.percentile(np.array(seconds) * 1000, [50, 99])
    return {"requests": len(seconds), "p50_ms": float(p50), "p99_ms": float(p99)}


def _warm_up(client: Client, path: str) -> dict[str, Any]:
    requests = read_warm_up(path)
    for request in requests:
        inputs = {name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()}
        client.call(request.model_spec.signature_name, inputs)
    return {"requests": len(requests)}


def probe_folder(folder: Path) -> None:
    """Probe the job of a folder, and leave the measurements there."""
    records = list(tf.data.TFRecordDataset(str(folder / PAIRS_FILE)).as_numpy_iterator())
    (folder / RESULT_FILE).write_text(json.dumps(probe(read_job(folder), records)))
