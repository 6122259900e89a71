"""`python -m components.serving_check.probe FOLDER`: measures a model in a process that has nothing else in it."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from components import keys
from components.pairs.normalise_image import normalise_image
from components.pairs.unusable import Unusable
from components.serving_check.client import Answers, Client
from components.serving_check.job import LARGE, PAIRS_FILE, RESULT_FILE, Job, read_job
from components.serving_check.layout import missing_files, signature_faults
from components.serving_check.strangers import Stranger, stranger_pictures, stranger_texts
from components.trainer.warm_up import read_warm_up

_SCORES = (*keys.OUTPUTS, keys.PROBABILITY)
_SHOWN = 300
# A size of request is timed for so many seconds, unless `Job.requests` are done before; but never on fewer requests.
_ENOUGH_SECONDS = 5.0
_FEWEST = 3
# What stands above the message itself, in an error of a graph.
_HEADING = "Graph execution error"


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
        return told | {"error": _first_line(error)}
    told["load_seconds"] = time.perf_counter() - started
    told["signature_faults"] = signature_faults(client)
    if told["signature_faults"] or told["missing_files"]:
        return told
    pairs = _Pairs(records, client.vector_width)
    told["training_path"] = _attempt(partial(_compare, client, pairs, job))
    if "error" in told["training_path"]:
        return told
    told["latency"] = {
        "1": _attempt(partial(_time, client, pairs, 1, job.requests)),
        str(LARGE): _attempt(partial(_time, client, pairs, LARGE, max(_FEWEST, job.requests // 5))),
    }
    told["warm_up"] = _attempt(partial(_warm_up, client, job.model))
    plain = cache(partial(pairs.ask_between, client, pairs.pictures[0], b""))
    told["texts"] = {
        name: _attempt(partial(_ask_text, client, pairs, text, plain)) for name, text in stranger_texts().items()
    }
    none = cache(partial(pairs.ask_between, client, b"", pairs.texts[0]))
    told["pictures"] = {
        stranger.name: _attempt(partial(_ask_picture, client, pairs, stranger, none, job))
        for stranger in stranger_pictures(pairs.pictures[0], job.limits)
    }
    return told | {"peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


class _Pairs:
    """Raw pairs, cycled where more are asked for than there are."""

    def __init__(self, records: Sequence[bytes], width: int | None):
        features = [tf.train.Example.FromString(record).features.feature for record in records]
        self.records = records
        self.ids = [each[keys.ID].bytes_list.value[0].decode() for each in features]
        self.pictures = [each[keys.IMAGE].bytes_list.value[0] for each in features]
        self.texts = [(list(each[keys.TEXT].bytes_list.value) or [b""])[0] for each in features]
        self.vectors = [list(each[keys.TEXT_VECTOR].float_list.value) for each in features] if width else None

    def ask(self, client: Client, count: int, first: int = 0) -> Answers:
        places = [(first + place) % len(self.ids) for place in range(count)]
        return client.ask(
            [self.pictures[place] for place in places],
            [self.texts[place] for place in places],
            [self.vectors[place] for place in places] if self.vectors else None,
        )

    def ask_between(self, client: Client, picture: bytes, text: bytes) -> Answers:
        """Ask a pair between the first pair and the last."""
        vectors = [self.vectors[0], self.vectors[0], self.vectors[-1]] if self.vectors else None
        return client.ask(
            [self.pictures[0], picture, self.pictures[-1]], [self.texts[0], text, self.texts[-1]], vectors
        )


def _compare(client: Client, pairs: _Pairs, job: Job) -> dict[str, Any]:
    """Compare served answers with the training path, with each other and over batch sizes."""
    path = job.training_path
    together = pairs.ask(client, len(pairs.ids))
    examples = client.ask_examples(pairs.records)
    alone = pairs.ask(client, 1)
    rows = [place for place, pair_id in enumerate(pairs.ids) if pair_id in path]
    served = np.array([[together[name][row] for name in keys.OUTPUTS] for row in rows])
    trained = np.array([[path[pairs.ids[row]][name] for name in keys.OUTPUTS] for row in rows])
    told: dict[str, Any] = {
        "pairs": len(rows),
        "examples_difference": max(_difference(together, examples, name) for name in _SCORES),
        "batch_difference": max(abs(float(together[name][0] - alone[name][0])) for name in _SCORES),
        "served_difference": _difference(together, together, keys.PROBABILITY, job.variant),
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


def _difference(one: Answers, other: Answers, name: str, other_name: str | None = None) -> float:
    return float(np.max(np.abs(one[name] - other[other_name or name])))


def _ask_text(client: Client, pairs: _Pairs, text: bytes, plain: Callable[[], Answers]) -> dict[str, Any]:
    """Ask about a text between two others, and compare their answers with those beside no text."""
    asked = pairs.ask_between(client, pairs.pictures[0], text)
    return {
        "neighbours": _neighbours(plain(), asked),
        "used": int(asked[keys.TEXT_USED][1]),
        "finite": _finite(asked),
        "probability": float(asked[keys.PROBABILITY][1]),
    }


def _ask_picture(
    client: Client, pairs: _Pairs, stranger: Stranger, none: Callable[[], Answers], job: Job
) -> dict[str, Any]:
    """Ask about a picture between two others, and compare with none in its place and with what packing makes of it."""
    text = pairs.texts[0]
    asked = pairs.ask_between(client, stranger.data, text)
    told = {
        "readable": stranger.readable,
        "exact": stranger.exact,
        "neighbours": _neighbours(none(), asked),
        "used": int(asked[keys.IMAGE_USED][1]),
        "finite": _finite(asked),
        "as_none": max(abs(float(asked[name][1] - none()[name][1])) for name in _SCORES),
    }
    try:
        packed = normalise_image(stranger.data, job.limits).data
    except Unusable as refusal:
        return told | {"packing": refusal.reason.value}
    answer = pairs.ask_between(client, packed, text)
    return told | {"as_packed": max(abs(float(asked[name][1] - answer[name][1])) for name in _SCORES)}


def _neighbours(one: Answers, other: Answers) -> float:
    """Most by which the answers to the first and last pair of three differ."""
    return max(float(np.max(np.abs(one[name][[0, 2]] - other[name][[0, 2]]))) for name in _SCORES)


def _finite(answers: Answers) -> bool:
    return all(bool(np.isfinite(answers[name]).all()) for name in _SCORES)


def _time(client: Client, pairs: _Pairs, count: int, requests: int) -> dict[str, Any]:
    """Time requests of so many pairs; a slow model is timed on fewer. Both sizes were asked before, in `_compare`."""
    seconds: list[float] = []
    while len(seconds) < requests and (len(seconds) < _FEWEST or sum(seconds) < _ENOUGH_SECONDS):
        started = time.perf_counter()
        pairs.ask(client, count, len(seconds) * count)
        seconds.append(time.perf_counter() - started)
    p50, p99 = np.percentile(np.array(seconds) * 1000, [50, 99])
    return {"requests": len(seconds), "p50_ms": float(p50), "p99_ms": float(p99)}


def _warm_up(client: Client, path: str) -> dict[str, Any]:
    requests = read_warm_up(path)
    for request in requests:
        inputs = {name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()}
        client.call(request.model_spec.signature_name, inputs)
    return {"requests": len(requests)}


def _attempt(measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Measure; a failed request is itself a measurement."""
    try:
        return measure()
    except Exception as error:  # TensorFlow raises a dozen types, and a fault in the graph any of them.
        return {"error": _first_line(error)}


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.startswith(_HEADING)]
    return f"{type(error).__name__}: {(lines or [''])[0][:_SHOWN]}"


def main() -> None:
    """Probe the job of the folder that is named on the command line."""
    folder = Path(sys.argv[1])
    records = list(tf.data.TFRecordDataset(str(folder / PAIRS_FILE)).as_numpy_iterator())
    (folder / RESULT_FILE).write_text(json.dumps(probe(read_job(folder), records)))


if __name__ == "__main__":
    main()
