"""What a keras-hub preset is on disk, found without keras-hub."""

from __future__ import annotations

import os
from pathlib import Path

from components.errors import InputError

CONFIG = "config.json"
# keras-hub notes the time of saving there; no vector depends on it.
_NOTES = ("metadata.json", "README.md")


def preset_folder(preset: str) -> Path | None:
    """Finds the folder of a local preset.

    Args:
        preset: The path of a folder, or the name or handle (`kaggle://…`, `hf://…`) of a preset.

    Returns:
        The folder, absolute; None for a name or a handle.

    Raises:
        InputError: A path that is no folder with a `config.json`.
    """
    if "://" in preset:
        return None
    folder = Path(preset).expanduser()
    if (folder / CONFIG).is_file():
        return folder.resolve()
    if folder.exists() or os.sep in preset or preset.startswith((".", "~")):
        raise InputError(
            f"a keras-hub preset in a folder has a {CONFIG}, as save_to_preset writes it. "
            f"Received: {preset!r}, and no file {folder / CONFIG}. Correct the path."
        )
    return None


def preset_files(preset: str) -> tuple[Path, ...]:
    """Lists the files of a local preset that its vectors may depend on, in a fixed order; none of a named one."""
    folder = preset_folder(preset)
    if folder is None:
        return ()
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in _NOTES)
    return tuple(sorted(path for path in files if not _hidden(path.relative_to(folder))))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
