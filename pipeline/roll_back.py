"""Put an older version back: published anew under a higher number, so that nothing is deleted or renamed."""

from __future__ import annotations

import dataclasses
import functools
import shutil
from pathlib import Path

from components.errors import InputError
from components.live_model import registry
from components.live_model.files_digest import files_digest
from components.live_model.publish import publish, stage
from pipeline.config import Config
from pipeline.registry_actions import ROLLBACK, Action, live_or_refuse, recorded

_BESIDE = (registry.REFERENCE, registry.RECEIPT)


@dataclasses.dataclass(frozen=True)
class Restored:
    """What a rollback did.

    Attributes:
        version: The new number, which is live.
        restored_from: The version that it is a copy of.
        replaced: The version that was live before.
    """

    version: int
    restored_from: int
    replaced: int


def roll_back(config: Config, to: int | None, why: str) -> Restored:
    """Make an older version live again, and keep in ML Metadata that and why it was done.

    Args:
        config: The pipeline whose registry it is.
        to: The version to put back; without one, the newest push before the live one that holds another model.
        why: The reason.

    Raises:
        InputError: No such version, nothing older, the version is damaged or live already, no reason, or a run goes on.
    """
    destination = str(config.models)
    live = live_or_refuse(config)
    target = choose_version(destination, live, to)
    with recorded(config, ROLLBACK, why, target) as action:
        _check_whole(destination, target)
        staging = stage(destination, functools.partial(shutil.copytree, registry.version_path(destination, target)))
        version = registry.next_version(destination, int(action.at.timestamp()))
        record = dataclasses.replace(
            _record(config, action, target, version), why=why, replaced=live, replaced_digest=_digest(destination, live)
        )
        beside = {what: registry.beside_path(destination, target, what) for what in _BESIDE}
        publish(destination, staging, record, {what: path for what, path in beside.items() if Path(path).is_dir()})
        action.pushed.update(
            pushed=1,
            pushed_version=str(version),
            pushed_destination=registry.version_path(destination, version),
            restored_from=target,
            why=why,
        )
    return Restored(version, target, live)


def choose_version(destination: str, live: int, to: int | None) -> int:
    """Choose what to put back.

    A version that was itself put back counts as the one that it is a copy of: after a rollback from 2 to 1, the next
    one looks for what is older than 1, and does not come back to 2.

    Args:
        destination: The push destination.
        live: The live version.
        to: The version that was asked for, or None.

    Raises:
        InputError: There is none.
    """
    versions = registry.served_versions(destination)
    if to is not None:
        if to not in versions:
            raise InputError(
                f"--to must be a version in {destination}. Received: {to}. There are: {', '.join(map(str, versions))}"
            )
        if _digest(destination, to) == _digest(destination, live):
            raise InputError(
                f"--to must name another model than the live one. Received: {to}, which is the same model as version "
                f"{live}, which is live. There are: {', '.join(map(str, versions))}"
            )
        return to
    first = _origin(destination, live)
    older = [
        version
        for version in versions
        if version < first and _digest(destination, version) != _digest(destination, live)
    ]
    older = [version for version in older if _origin(destination, version) == version]
    if not older:
        raise InputError(
            f"a rollback needs an older version. Received: {destination}, where version {live} is live and no push of "
            f"another model came before version {first}. There are: {', '.join(map(str, versions))}; name one with --to"
        )
    return older[-1]


def _origin(destination: str, version: int) -> int:
    """Follow a version to the push that it is a copy of."""
    record = registry.read_record(destination, version)
    while record is not None and record.restored_from is not None and record.restored_from < version:
        version = record.restored_from
        record = registry.read_record(destination, version)
    return version


def _digest(destination: str, version: int) -> str:
    record = registry.read_record(destination, version)
    return record.model_digest if record else registry.model_digest(registry.version_path(destination, version))


def _check_whole(destination: str, version: int) -> None:
    """Refuse to serve files that are not those that were pushed."""
    record = registry.read_record(destination, version)
    path = registry.version_path(destination, version)
    if record is not None and record.files_digest and files_digest(path) != record.files_digest:
        raise InputError(
            f"a version that is put back must be as it was pushed. Received: {path}, whose files have changed since. "
            "Name another one with --to, or restore its files"
        )


def _record(config: Config, action: Action, target: int, version: int) -> registry.Record:
    destination = str(config.models)
    path = registry.version_path(destination, target)
    restored = registry.read_record(destination, target) or registry.Record(
        target, config.name, "", "", registry.model_digest(path), path, "", files_digest=files_digest(path)
    )
    return dataclasses.replace(
        restored,
        version=version,
        pipeline=config.name,
        run_id=action.run_id,
        pushed_at=action.at.isoformat(timespec="seconds"),
        restored_from=target,
    )
