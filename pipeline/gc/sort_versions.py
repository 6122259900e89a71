"""Which pushed versions stay, and which go."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

from components.live_model import registry
from components.live_model.withdrawn import withdrawn
from pipeline.config import Config
from pipeline.gc.plan import Item, Kept, size_of

_BESIDE = re.compile(rf"([0-9]+)\.(?:{registry.REFERENCE}|{registry.RECEIPT})")


def sort_versions(config: Config, now: datetime.datetime) -> tuple[list[Kept], list[Item]]:
    """Sort the versions of a registry; call it under `registry_lock`.

    A version's record stays for ever: its number is not given again, and rollbacks are followed through it.

    Args:
        config: The pipeline whose registry it is.
        now: The time.

    Returns:
        What stays, and the folders that go, each kind with the newest first.
    """
    destination = str(config.models)
    served = registry.served_versions(destination)
    holding_back = {record.version for record in withdrawn(destination).values()}
    kept: list[Kept] = []
    items: list[Item] = []
    for rank, version in enumerate(reversed(served)):
        why = _why(config, version, rank, now)
        if not why and version in holding_back:
            why = "without it, a model that was rolled back would be pushed again"
        if why:
            kept.append(Kept("version", str(version), why))
        else:
            items.append(_item(version, Path(registry.version_path(destination, version))))
    staying = {int(each.name) for each in kept}
    items += [
        _item(int(found[1]), path)
        for path in sorted((Path(destination) / registry.RECORDS).glob("*"))
        if (found := _BESIDE.fullmatch(path.name)) and int(found[1]) not in staying
    ]
    return kept, items


def pushing_runs(destination: str, version: int) -> list[str]:
    """Return the runs that a version came from: the one that pushed it, and those of what it is a copy of."""
    runs = []
    record = registry.read_record(destination, version)
    while record is not None:
        runs.append(record.run_id)
        origin = record.restored_from
        older = origin is not None and origin < record.version
        record = registry.read_record(destination, origin) if origin is not None and older else None
    return runs


def _why(config: Config, version: int, rank: int, now: datetime.datetime) -> str:
    """Say why a version stays; empty where its rank and age do not ask for it."""
    if rank == 0:
        return "live"
    if rank < config.gc.keep_versions:
        return f"one of the last {config.gc.keep_versions}"
    record = registry.read_record(str(config.models), version)
    if record is None or record.pipeline != config.name:
        return "not pushed by this pipeline"
    # A version's number is the time of its push.
    # A version whose number was taken already has a later one, which may not have come yet.
    if max(0.0, now.timestamp() - version) < config.gc.older_than_days * 86_400:
        return f"pushed within {config.gc.older_than_days:g} days"
    return ""


def _item(version: int, path: Path) -> Item:
    return Item("version", str(version), path, size_of(path))
