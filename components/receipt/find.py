"""Find the receipt that a folder is about: a pushed version, a run, or a receipt itself."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from components.errors import InputError
from components.live_model import registry
from components.receipt.pushed import Pushed
from components.receipt.store import RECEIPT_FILE

IN_RUN = "receipt"


@dataclasses.dataclass(frozen=True)
class Found:
    """A receipt's folder, and the version that it stands beside, if it does."""

    folder: Path
    pushed: Pushed | None


def find_receipt(folder: Path) -> Found:
    """Find a receipt.

    Args:
        folder: A numbered folder of a registry, a run's folder, or a folder that holds a receipt.

    Raises:
        InputError: There is none.
    """
    for inside in (folder, folder / IN_RUN):
        if (inside / RECEIPT_FILE).is_file():
            return Found(inside, None)
    whole = folder.resolve()
    if whole.name.isdecimal():
        destination, version = str(whole.parent), int(whole.name)
        beside = Path(registry.receipt_path(destination, version))
        if (beside / RECEIPT_FILE).is_file():
            return Found(beside, Pushed(destination, version))
    raise InputError(
        "a receipt stands beside a pushed version, in a run's folder or in its own. "
        f"Received: {folder}, which has none. Name such a folder"
    )
