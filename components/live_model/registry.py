"""The registry: the push destination and, beside each version in it, a record of what was pushed.

Layout of a push destination, which TF Serving watches:

    <destination>/<version>/                      the SavedModel, written whole by one rename
    <destination>/registry/<version>.json         its record
    <destination>/registry/<version>.reference/   the statistics of what it was trained on
    <destination>/registry/<version>.receipt/     the decision receipt and the model card
    <destination>/registry/baseline.json          a live version that candidates are not compared with

The live version is the highest number that has a SavedModel, which is what TF Serving serves. A folder whose name is
not a number is ignored by TF Serving. A destination is a local or a mounted folder: only there is a rename one step.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from components import keys
from components.durable import write_durably
from components.live_model.set_aside import read_set_aside

RECORDS = "registry"
REFERENCE = "reference"
RECEIPT = "receipt"
SAVED_MODEL = "saved_model.pb"
VARIABLES = "variables"
_OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
_VERSION = re.compile(r"0|[1-9][0-9]{0,18}")


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
        variant: The output that is served as `probability`.
        files_digest: Digest of the files as they were pushed, see `components.live_model.files_digest`.
        receipt_digest: The same of the receipt's folder; empty where there is none.
        restored_from: The version that this one is a copy of, after a rollback.
        why: Why it was rolled back to.
        replaced: The version that was live before the rollback.
        replaced_digest: Digest of that version's model, which is not pushed again.
    """

    version: int
    pipeline: str
    run_id: str
    pushed_at: str
    model_digest: str
    model_uri: str
    code: str
    variant: str = keys.FUSED
    files_digest: str = ""
    receipt_digest: str = ""
    restored_from: int | None = None
    why: str = ""
    replaced: int | None = None
    replaced_digest: str = ""


def served_versions(destination: str) -> list[int]:
    """Return the numbers of all versions that have a SavedModel, the oldest first."""
    folder = Path(destination)
    if not folder.is_dir():
        return []
    numbers = [int(path.name) for path in folder.iterdir() if _VERSION.fullmatch(path.name)]
    return sorted(number for number in numbers if (folder / str(number) / SAVED_MODEL).exists())


def live_version(destination: str) -> int | None:
    """Return the version that TF Serving would serve from a destination, or None where there is none."""
    return max(served_versions(destination), default=None)


def next_version(destination: str, at_least: int) -> int:
    """Return a number above every one that is taken, whole or left by a push that was killed.

    Args:
        destination: The push destination.
        at_least: The unix time in seconds, which numbers follow unless clocks disagree.
    """
    names = [path.name for folder in (destination, f"{destination}/{RECORDS}") for path in _entries(folder)]
    taken = [int(found.group()) for name in names if (found := _VERSION.match(name))]
    return max([at_least, *(number + 1 for number in taken)])


def _entries(folder: str) -> list[Path]:
    path = Path(folder)
    return list(path.iterdir()) if path.is_dir() else []


def version_path(destination: str, version: int) -> str:
    """Return the folder of a version."""
    return f"{destination}/{version}"


def record_path(destination: str, version: int) -> str:
    """Return the file of a version's record."""
    return f"{destination}/{RECORDS}/{version}.json"


def reference_path(destination: str, version: int) -> str:
    """Return the folder of the statistics of what a version was trained on."""
    return beside_path(destination, version, REFERENCE)


def receipt_path(destination: str, version: int) -> str:
    """Return the folder of a version's receipt and model card."""
    return beside_path(destination, version, RECEIPT)


def beside_path(destination: str, version: int, what: str) -> str:
    """Return a folder that the registry keeps beside a version."""
    return f"{destination}/{RECORDS}/{version}.{what}"


def read_record(destination: str, version: int) -> Record | None:
    """Read a version's record; None where a version was put there by other means."""
    path = Path(record_path(destination, version))
    if not path.exists():
        return None
    fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Record(**{field.name: fields[field.name] for field in dataclasses.fields(Record) if field.name in fields})


def write_record(destination: str, record: Record) -> None:
    """Write a version's record whole: to a file beside it, then one rename."""
    content = json.dumps(dataclasses.asdict(record), indent=2, sort_keys=True)
    write_durably(Path(record_path(destination, record.version)), content)


def registry_fingerprint(destination: str) -> str:
    """Fingerprint what is live, so that TFX's cache never serves a stale LiveModel.

    Returns:
        `none`, or the live version with a digest of its record and of a baseline that was set aside.
    """
    version = live_version(destination)
    if version is None:
        return "none"
    record = read_record(destination, version)
    content = json.dumps(dataclasses.asdict(record), sort_keys=True) if record else ""
    set_aside = read_set_aside(f"{destination}/{RECORDS}", version)
    if set_aside is not None:
        content += json.dumps(dataclasses.asdict(set_aside), sort_keys=True)
    return f"{version}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def model_digest(path: str) -> str:
    """Digest a SavedModel by what it holds, so that two equal models are known as one.

    The graph, `fingerprint.pb` and the checkpoint's own record of its objects vary between equal exports (protos keep
    maps in any order), so the digest is of the weights by name, the assets, and the settings and code that `run_fn`
    writes into `assets.extra`.
    """
    import tensorflow as tf

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
