"""The registry: the push destination and, beside each version in it, a record of what was pushed.

Layout of a push destination, which TF Serving watches:

    <destination>/<version>/             the SavedModel, written whole by one rename
    <destination>/registry/<version>.json   its record
    <destination>/registry/<version>.reference/   the statistics of what it was trained on

The live version is the highest number that has a SavedModel, which is what TF Serving serves. A folder whose name is
not a number is ignored by TF Serving.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

import tensorflow as tf

RECORDS = "registry"
REFERENCE = "reference"
SAVED_MODEL = "saved_model.pb"
VARIABLES = "variables"
_OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


@dataclasses.dataclass(frozen=True)
class Record:
    """What the registry keeps of a pushed version.

    Attributes:
        version: The version's number, a unix time in seconds.
        pipeline: Name of the pipeline that pushed it.
        run_id: Run that pushed it.
        pushed_at: ISO 8601 time, UTC.
        model_digest: Digest of the SavedModel's content, see `model_digest`.
        model_uri: Where the Trainer wrote the model.
        code: Digest of the code and the stack.
    """

    version: int
    pipeline: str
    run_id: str
    pushed_at: str
    model_digest: str
    model_uri: str
    code: str


def live_version(destination: str) -> int | None:
    """Return the version that TF Serving would serve from a destination, or None where there is none."""
    if not tf.io.gfile.isdir(destination):
        return None
    names = (name.rstrip("/") for name in tf.io.gfile.listdir(destination))
    versions = [int(name) for name in names if name.isdecimal()]
    served = [v for v in versions if tf.io.gfile.exists(f"{version_path(destination, v)}/{SAVED_MODEL}")]
    return max(served, default=None)


def version_path(destination: str, version: int) -> str:
    """Return the folder of a version."""
    return f"{destination}/{version}"


def record_path(destination: str, version: int) -> str:
    """Return the file of a version's record."""
    return f"{destination}/{RECORDS}/{version}.json"


def reference_path(destination: str, version: int) -> str:
    """Return the folder of the statistics of what a version was trained on."""
    return f"{destination}/{RECORDS}/{version}.{REFERENCE}"


def read_record(destination: str, version: int) -> Record | None:
    """Read a version's record; None where a version was put there by other means."""
    path = record_path(destination, version)
    if not tf.io.gfile.exists(path):
        return None
    with tf.io.gfile.GFile(path) as file:
        fields: dict[str, Any] = json.load(file)
    return Record(**{field.name: fields[field.name] for field in dataclasses.fields(Record)})


def write_record(destination: str, record: Record) -> None:
    """Write a version's record whole: to a file beside it, then one rename."""
    path = record_path(destination, record.version)
    tf.io.gfile.makedirs(f"{destination}/{RECORDS}")
    with tf.io.gfile.GFile(f"{path}.partial", "w") as file:
        json.dump(dataclasses.asdict(record), file, indent=2, sort_keys=True)
    tf.io.gfile.rename(f"{path}.partial", path, overwrite=True)


def registry_fingerprint(destination: str) -> str:
    """Fingerprint what is live, so that TFX's cache never serves a stale LiveModel.

    Returns:
        `none`, or the live version with a digest of its record.
    """
    version = live_version(destination)
    if version is None:
        return "none"
    record = read_record(destination, version)
    content = json.dumps(dataclasses.asdict(record), sort_keys=True) if record else ""
    return f"{version}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def model_digest(path: str) -> str:
    """Digest a SavedModel by what it holds, so that two equal models are known as one.

    The graph, `fingerprint.pb` and the checkpoint's own record of its objects vary between equal exports (protos keep
    maps in any order), so the digest is of the weights by name, the assets, and the settings and code that `run_fn`
    writes into `assets.extra`.
    """
    digest = hashlib.sha256()
    weights = tf.train.load_checkpoint(f"{path}/{VARIABLES}/{VARIABLES}")
    for name in sorted(weights.get_variable_to_shape_map()):
        if name != _OBJECT_GRAPH:
            digest.update(name.encode())
            digest.update(tf.io.serialize_tensor(weights.get_tensor(name)).numpy())
    for folder in ("assets", "assets.extra"):
        for file_path in sorted(tf.io.gfile.glob(f"{path}/{folder}/*")):
            digest.update(file_path[len(path) :].encode())
            with tf.io.gfile.GFile(file_path, "rb") as file:
                digest.update(file.read())
    return digest.hexdigest()
