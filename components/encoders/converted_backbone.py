"""Backbones converted from another format, kept as `.keras` files in the user's cache."""

from __future__ import annotations

import importlib.metadata
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import filelock
import keras
import platformdirs

from components.encoders.weights import REVISION
from components.file_digest import file_digest

APPLICATION = "fusegate"


def converted_backbone(name: str, source_digest: str, convert: Callable[[], keras.Model]) -> keras.Model:
    """Loads a converted backbone from the user's cache, or converts it and keeps it there.

    The file's name holds the digest of what it was converted from, the versions of Keras and of the converting code,
    and the digest of its own content: a file whose content is another is deleted and made anew. Where the cache cannot
    be written, the backbone is converted and not kept.

    Args:
        name: The encoder's name.
        source_digest: The sha256 of the weights that `convert` reads.
        convert: Makes the backbone.

    Returns:
        The backbone.
    """
    version = f"{name}-{source_digest[:16]}-keras{importlib.metadata.version('keras')}-{REVISION}"
    folder = Path(platformdirs.user_cache_dir(APPLICATION)) / "backbones"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder / f"{version}.lock"):
            for file in folder.glob(f"{version}-*.keras"):
                if file.stem.endswith(f"-{file_digest(file)}"):
                    return keras.saving.load_model(str(file), compile=False, safe_mode=True)
                file.unlink()
            backbone = convert()
            _keep(backbone, folder, version)
            return backbone
    except OSError:
        return convert()


def _keep(backbone: keras.Model, folder: Path, version: str) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as place:
        file = Path(place) / "backbone.keras"
        backbone.save(file)
        os.replace(file, folder / f"{version}-{file_digest(file)}.keras")
