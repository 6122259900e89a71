"""Put a model into the registry as a new version: whole, or not at all.

Everything is copied under names that TF Serving ignores. What stands beside a version is renamed first, for without
its version it is nothing; the rename of the model itself is the moment at which the new version is served. A process
that is killed before leaves the old version served, one that is killed after has pushed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from components.durable import rename_durably
from components.live_model import registry

STAGING_PREFIX = ".staging-"


def stage(destination: str, fill: Callable[[str], None]) -> str:
    """Copy a model beside the versions; call it under `registry_lock`.

    Args:
        destination: The push destination.
        fill: Writes the SavedModel into the folder that it is given, which does not exist yet.

    Returns:
        The staging folder, for `publish`.
    """
    remove_staging(destination)
    staging = f"{destination}/{STAGING_PREFIX}model"
    fill(staging)
    return staging


def publish(destination: str, staging: str, record: registry.Record, beside: Mapping[str, str]) -> None:
    """Make a staged model the live version; call it under `registry_lock`.

    Args:
        destination: The push destination.
        staging: What `stage` returned.
        record: Its record, with a number of `registry.next_version`.
        beside: Local folders that the registry keeps beside the version, by what they are, such as `reference`.
    """
    records = Path(destination) / registry.RECORDS
    records.mkdir(parents=True, exist_ok=True)
    for what, source in beside.items():
        copy = records / f"{STAGING_PREFIX}{what}"
        shutil.copytree(source, copy)
        rename_durably(copy, Path(registry.beside_path(destination, record.version, what)))
    registry.write_record(destination, record)
    rename_durably(Path(staging), Path(registry.version_path(destination, record.version)))


def remove_staging(destination: str) -> None:
    """Remove what killed pushes have left; call it under `registry_lock`."""
    for folder in (Path(destination), Path(destination) / registry.RECORDS):
        for path in folder.glob(f"{STAGING_PREFIX}*"):
            shutil.rmtree(path)
