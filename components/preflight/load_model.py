"""Load a stranger's `.keras` file without running anything that it brings."""

from __future__ import annotations

import zipfile
from pathlib import Path

import keras

from components.errors import InputError

_MAX_BYTES = 8 * 2**30


def load_model(path: Path) -> keras.Model:
    """Load a model with Keras's safe mode.

    Args:
        path: A `.keras` file.

    Returns:
        The model, compiled as it was saved.

    Raises:
        InputError: The file is missing, broken, too large, or holds code.
    """
    if not path.is_file():
        raise InputError(f"the model must be a .keras file. Received: {path}, which is not there. Check the path.")
    if not zipfile.is_zipfile(path):
        raise InputError(
            f"the model must be a .keras file. Received: {path}, which is no Keras archive or is cut short. "
            'Save it anew with model.save("model.keras").'
        )
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > _MAX_BYTES:
        raise InputError(
            f"a model may unpack to {_MAX_BYTES:,} bytes. Received: {path} with {size:,}. "
            "Call components.preflight.preflight.preflight where the model is built."
        )
    try:
        return keras.saving.load_model(path, safe_mode=True)
    except Exception as error:  # Keras raises many types, and a broken archive any
        raise InputError(_reason(path, error)) from error


def _reason(path: Path, error: Exception) -> str:
    text = str(error).strip()
    first = next((line for line in text.splitlines() if line.strip()), type(error).__name__)[:300]
    if "lambda" in text.lower():
        return (
            f"a model file must hold no code. Received: {path} with a Lambda layer, which could run anything here. "
            "Put a registered layer (keras.saving.register_keras_serializable) in its place, or use PreflightCallback "
            "in the code that builds the model."
        )
    return (
        f"the model must load without code of its own. Received: {path} ({type(error).__name__}: {first}). "
        "If it has layers of your own, use PreflightCallback in the code that defines them; else save it anew."
    )
