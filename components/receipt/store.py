"""A receipt's folder: what is in it, written so that any change is seen, and read back within bounds.

receipt.json      the decision
receipt.html      the same as a page
scores.npz        the scores of the test split
model_card.md     the model card; model_card.html is the same as a page
SHA256SUMS        digests of all of them, as `sha256sum --check` reads them
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.errors import InputError
from components.file_digest import file_digest
from components.receipt.schema import SCHEMA

RECEIPT_FILE = "receipt.json"
PAGE_FILE = "receipt.html"
SCORES_FILE = "scores.npz"
SUMS_FILE = "SHA256SUMS"
_MOST_BYTES = 64 << 20


def write_receipt(folder: Path, receipt: Mapping[str, Any]) -> None:
    """Write the receipt itself; the folder is there."""
    text = json.dumps(receipt, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False)
    (folder / RECEIPT_FILE).write_text(text, encoding="utf-8", errors="replace")


def read_receipt(folder: str | Path) -> dict[str, Any]:
    """Read a receipt.

    Raises:
        InputError: There is none, it cannot be read, or a later Fusegate wrote it.
    """
    path = Path(folder) / RECEIPT_FILE
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError(f"it has more than {_MOST_BYTES >> 20} MiB")
        receipt = json.loads(path.read_text(encoding="utf-8"))
        schema = receipt["schema"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            f"a receipt must be a JSON object in {RECEIPT_FILE}. Received: {path} ({error}). "
            "Name a folder that holds one"
        ) from error
    if schema != SCHEMA:
        raise InputError(
            f"a receipt must be of schema {SCHEMA}. Received: {path} of schema {schema}. "
            "Read it with the Fusegate that wrote it"
        )
    return receipt


def seal(folder: Path) -> None:
    """Write the digests of all files; to be called last."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != SUMS_FILE)
    (folder / SUMS_FILE).write_text("".join(f"{file_digest(folder / name)}  {name}\n" for name in names))


def broken_seals(folder: Path) -> list[str]:
    """Compare the files with their digests.

    Returns:
        What does not agree, one file each: changed, missing or come later.

    Raises:
        InputError: The digests cannot be read.
    """
    path = folder / SUMS_FILE
    try:
        if path.stat().st_size > 1 << 16:
            raise ValueError("it is too large")
        lines = path.read_text(encoding="utf-8").splitlines()
        sums = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError) as error:
        raise InputError(
            f"a receipt's folder must hold {SUMS_FILE}. Received: {path} ({error}). "
            "Name a folder that a run has written"
        ) from error
    there = {each.name for each in folder.iterdir() if each.name != SUMS_FILE}
    broken = [f"{name} is missing" for name in sorted(sums.keys() - there)]
    broken += [f"{name} came later" for name in sorted(there - sums.keys())]
    changed = [name for name in sorted(sums.keys() & there) if file_digest(folder / name) != sums[name]]
    return broken + [f"{name} has changed" for name in changed]
