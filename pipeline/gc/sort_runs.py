"""Which runs stay, and which go."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

from pipeline.config import Config
from pipeline.find_run import RUNS
from pipeline.gc.plan import Item, Kept, size_of

_RUN_ID = "%Y%m%d-%H%M%S-%f"
_CHECKPOINTS = "checkpoints"


def sort_runs(config: Config, pushed: Mapping[str, str], now: datetime.datetime) -> tuple[list[Kept], list[Item]]:
    """Sort the runs of an output folder, and the checkpoints of trainings that did not end.

    Args:
        config: The pipeline.
        pushed: By run, the version that stays and came from it.
        now: The time.

    Returns:
        What stays, and the folders that go, each kind with the newest first.
    """
    kept: list[Kept] = []
    items: list[Item] = []
    # Checkpoints are of use to a run like the one that was broken off: it is looked for among those that stay anyway.
    oldest = now
    for rank, folder in enumerate(sorted(_folders(config.output / RUNS), key=lambda path: path.name, reverse=True)):
        started = _started(folder.name)
        why = _why(config, rank, started, now)
        if why and started is not None:
            oldest = min(oldest, started)
        if not why and folder.name in pushed:
            why = f"version {pushed[folder.name]} came from it"
        if why:
            kept.append(Kept("run", folder.name, why))
        else:
            items.append(Item("run", folder.name, folder, size_of(folder)))
    for folder in _folders(config.output / _CHECKPOINTS):
        written = max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
        if written < oldest.timestamp() - config.gc.older_than_days * 86_400:
            items.append(Item("checkpoint", folder.name, folder, size_of(folder)))
    return kept, items


def _why(config: Config, rank: int, started: datetime.datetime | None, now: datetime.datetime) -> str:
    if rank < config.gc.keep_runs:
        return f"one of the last {config.gc.keep_runs}"
    if started is None:
        return "not a folder of a run"
    if now - started < datetime.timedelta(days=config.gc.older_than_days):
        return f"began within {config.gc.older_than_days:g} days"
    return ""


def _started(run_id: str) -> datetime.datetime | None:
    try:
        return datetime.datetime.strptime(run_id, _RUN_ID).astimezone()
    except ValueError:
        return None


def _folders(folder: Path) -> list[Path]:
    """Folders in a folder; links are no folders of ours."""
    return [path for path in folder.glob("*") if path.is_dir() and not path.is_symlink()]
