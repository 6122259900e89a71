"""Decide what goes."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2 as pb

from pipeline.config import Config
from pipeline.gc.needed import Needed, find_needed, outputs_of
from pipeline.gc.plan import Item, Plan, size_of
from pipeline.gc.pushed_models import find_pushed_models
from pipeline.gc.sort_runs import sort_runs
from pipeline.gc.sort_versions import pushing_runs, sort_versions

ARTIFACTS = "artifacts"
_SYSTEM = ".system/executor_execution"


def make_plan(store: mlmd.MetadataStore, config: Config, now: datetime.datetime) -> Plan:
    """Decide what goes; call it while no run goes on and under `registry_lock`.

    Folders of artifacts bear the number of the execution that wrote them. One goes where neither a run that stays nor
    anything that a version that stays was made from has that number: so do those that a killed run left without an
    artifact in ML Metadata.

    Args:
        store: The metadata store that the output folder is bound to.
        config: The pipeline.
        now: The time.
    """
    destination = str(config.models)
    versions, items = sort_versions(config, now)
    staying = [int(each.name) for each in versions]
    came_from = {run: str(version) for version in staying for run in pushing_runs(destination, version)}
    runs, more = sort_runs(config, came_from, now)
    pushed = find_pushed_models(store, destination, staying, {int(item.name) for item in items})
    needed = find_needed(store, [*(run.name for run in runs), *came_from], pushed.staying)
    folders = list(_folders(config.output / ARTIFACTS))
    going = [(execution, path) for execution, path in folders if execution not in needed.executions]
    items += more
    items += [Item("artifact", "/".join(path.parts[-3:]), path, size_of(path)) for _, path in going]
    artifacts = [*_made(store, {execution for execution, _ in going}, needed), *pushed.gone]
    live = {each.id: each for each in artifacts if each.state != pb.Artifact.DELETED}
    return Plan(items, [*versions, *runs], list(live.values()), len(folders) - len(going))


def _made(store: mlmd.MetadataStore, executions: set[int], needed: Needed) -> list[Any]:
    """The artifacts whose folders go, and those of a clean-up that was killed before it had finished."""
    marked = store.get_artifacts(mlmd.ListOptions(filter_query="state = MARKED_FOR_DELETION"))
    return [each for each in [*outputs_of(store, executions), *marked] if each.id not in needed.artifacts]


def _folders(root: Path) -> Iterator[tuple[int, Path]]:
    """Yield the folders of artifacts, and TFX's own notes, with the number of the execution that wrote them."""
    for node in sorted(root.glob("*")):
        keys = [path for path in sorted(node.glob("*")) if not path.name.startswith(".")]
        for key in [*keys, node / _SYSTEM]:
            for path in sorted(key.glob("*")):
                if path.name.isdecimal() and path.is_dir() and not path.is_symlink():
                    yield int(path.name), path
